# SPDX-License-Identifier: Apache-2.0
"""What cannot be computed is refused, key by key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.errors import InputError
from generator.frontend.checks import record_faults
from generator.frontend.presets import YAMNET
from generator.frontend.record import LogKind, Mfcc, Pcan, SilenceGate
from generator.host.frontend_twin import build_frontend_twin
from generator.network import read_network
from tests.support.firmware_store import write_tiny_model
from tests.support.model_files import OURS


def test_what_is_computed_has_no_fault() -> None:
    assert record_faults(YAMNET) == []
    assert record_faults(YAMNET.model_copy(update={"low_hz": 20.0, "log_offset": 1e-6})) == []
    for rate_hz in (4000, 11_025, 48_000):
        keys = {"sample_rate_hz": rate_hz, "high_hz": rate_hz / 2}
        assert record_faults(YAMNET.model_copy(update=keys)) == []


def test_what_does_not_go_together_is_named() -> None:
    both = YAMNET.model_copy(update={"mfcc": Mfcc(coefficients=10), "pcan": Pcan()})
    places = [fault.where for fault in record_faults(both)]
    assert places == ["mfcc", "log", "spectrum", "sample_full_scale", "log_offset"]


def test_a_model_of_such_a_record_is_refused_with_its_lines(tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path)
    (tmp_path / "tiny.frontend.yaml").write_text(f"{OURS}hop_samples: 0\nfft_samples: 480\n")
    with pytest.raises(InputError) as caught:
        read_network(model)
    places = [fault.where for fault in caught.value.faults]
    assert places == ["tiny.frontend.yaml:3: fft_samples", "tiny.frontend.yaml:2: hop_samples"]


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        ({"bands": 10**20}, ["bands"]),
        ({"bands": 0, "hop_samples": 0}, ["bands", "hop_samples"]),
        (
            {"window_samples": 513, "sample_rate_hz": 100},
            ["sample_rate_hz", "window_samples", "high_hz"],
        ),
        ({"sample_rate_hz": 3999, "high_hz": 1900.0}, ["sample_rate_hz"]),
        ({"sample_rate_hz": 48_001}, ["sample_rate_hz"]),
        ({"sample_rate_hz": 8000, "high_hz": 4001.0}, ["high_hz"]),
        ({"window_samples": 15}, ["window_samples"]),
        ({"fft_samples": 16, "window_samples": 16}, ["fft_samples"]),
        ({"fft_samples": 16384}, ["fft_samples"]),
        ({"fft_samples": 480}, ["fft_samples"]),
        ({"hop_samples": 1 << 21}, ["hop_samples"]),
        ({"hop_samples": 15}, ["silence_gate"]),
        ({"silence_gate": SilenceGate(threshold_rms=-1)}, ["silence_gate.threshold_rms"]),
        ({"silence_gate": SilenceGate(hangover_ms=-1.0)}, ["silence_gate.hangover_ms"]),
        ({"pre_emphasis": -0.5}, ["pre_emphasis"]),
        ({"pre_emphasis": 1.5}, ["pre_emphasis"]),
        ({"log_offset": -1e-3}, ["log_offset"]),
        ({"log_reference": 0.0, "sample_full_scale": -1.0}, ["sample_full_scale", "log_reference"]),
        ({"log": LogKind.NONE}, ["log_offset"]),
        ({"mean": (1.0, 2.0), "deviation": 0.0}, ["mean", "deviation"]),
        ({"low_hz": 7500.0}, ["high_hz"]),
        ({"high_hz": 8001.0}, ["high_hz"]),
        ({"low_hz": 130.0, "high_hz": 150.0}, ["high_hz"]),
    ],
)
def test_numbers_out_of_range_are_named(keys: dict[str, object], places: list[str]) -> None:
    assert [fault.where for fault in record_faults(YAMNET.model_copy(update=keys))] == places


@pytest.mark.parametrize(
    ("length", "longer"), [(33, 64), (400, 512), (480, 512), (1000, 1024), (4097, 8192)]
)
def test_another_length_is_refused_with_the_next_one(length: int, longer: int) -> None:
    record = YAMNET.model_copy(update={"fft_samples": length, "window_samples": 32})
    [fault] = record_faults(record)
    assert f"give {longer}" in fault.remedy
    assert "other features" in fault.remedy


@pytest.mark.parametrize("hop_samples", [16, 256, 511, 512, 513, 4000])
def test_a_hop_that_is_taken_gives_its_frames(hop_samples: int) -> None:
    record = YAMNET.model_copy(update={"hop_samples": hop_samples})
    assert record_faults(record) == []
    noise = np.random.default_rng(1).integers(-8000, 8000, 16_000).astype(np.int16)
    frames = build_frontend_twin(record, 0.0547, 40).features(noise)
    assert len(frames) == 1 + (16_000 - 512) // hop_samples
