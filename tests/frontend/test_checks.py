# SPDX-License-Identifier: Apache-2.0
"""What cannot be computed is refused, key by key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.errors import InputError
from generator.firmware import read_network
from generator.frontend.checks import record_faults
from generator.frontend.presets import YAMNET
from generator.frontend.record import LogKind
from generator.host.frontend_twin import build_frontend_twin
from tests.support.firmware_store import write_tiny_model
from tests.support.model_files import OURS


def test_what_is_computed_has_no_fault() -> None:
    assert record_faults(YAMNET) == []
    assert record_faults(YAMNET.model_copy(update={"low_hz": 20.0, "log_offset": 1e-6})) == []
    for rate_hz in (4000, 11_025, 48_000):
        keys = {"sample_rate_hz": rate_hz, "high_hz": rate_hz / 2}
        assert record_faults(YAMNET.model_copy(update=keys)) == []


def test_every_key_that_is_not_followed_is_named() -> None:
    other = YAMNET.model_copy(update={"log": LogKind.DB_POWER, "centred": True, "mean": 3.0})
    assert [fault.where for fault in record_faults(other)] == ["centred", "log", "mean"]


def test_a_model_of_such_a_record_is_refused_with_its_lines(tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path)
    (tmp_path / "tiny.frontend.yaml").write_text(f"{OURS}centred: true\nlog: db_power\n")
    with pytest.raises(InputError) as caught:
        read_network(model)
    places = [fault.where for fault in caught.value.faults]
    assert places == ["tiny.frontend.yaml:2: centred", "tiny.frontend.yaml:3: log"]


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        ({"bands": 10**20}, ["bands"]),
        ({"bands": 0, "hop_samples": 0}, ["hop_samples", "bands"]),
        (
            {"window_samples": 513, "sample_rate_hz": 100},
            ["sample_rate_hz", "window_samples", "window_samples", "high_hz"],
        ),
        ({"sample_rate_hz": 3999, "high_hz": 1900.0}, ["sample_rate_hz"]),
        ({"sample_rate_hz": 48_001}, ["sample_rate_hz"]),
        ({"sample_rate_hz": 8000, "high_hz": 4001.0}, ["high_hz"]),
        ({"window_samples": 399}, ["window_samples"]),
        ({"hop_samples": 512}, ["hop_samples"]),
        ({"hop_samples": 1}, ["hop_samples"]),
        ({"log_offset": 0.0}, ["log_offset"]),
        ({"log_offset": 1e-3}, ["log_offset"]),
        ({"low_hz": 7500.0}, ["high_hz"]),
        ({"high_hz": 8001.0}, ["high_hz"]),
        ({"low_hz": 130.0, "high_hz": 150.0}, ["high_hz"]),
    ],
)
def test_numbers_out_of_range_are_named(keys: dict[str, object], places: list[str]) -> None:
    assert [fault.where for fault in record_faults(YAMNET.model_copy(update=keys))] == places


@pytest.mark.parametrize("hop_samples", [16, 256, 511])
def test_a_hop_that_is_taken_gives_its_frames(hop_samples: int) -> None:
    record = YAMNET.model_copy(update={"hop_samples": hop_samples})
    assert record_faults(record) == []
    noise = np.random.default_rng(1).integers(-8000, 8000, 16_000).astype(np.int16)
    frames = build_frontend_twin(record, 0.0547, 40).features(noise)
    assert len(frames) == 1 + (16_000 - 512) // hop_samples
