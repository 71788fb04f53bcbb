# SPDX-License-Identifier: Apache-2.0
"""MFCC and PCAN from samples on: the C equals the page on this machine and on the target's core.

And it is at the float formula: whole front-ends, hard signals and real sound.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.checks import record_faults
from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.record import (
    FrontendRecord,
    Mfcc,
    Pcan,
    SilenceGate,
    TriangleSides,
    WindowShape,
    ZerosAt,
)
from generator.host.frontend_twin import FrontendTwin, build_frontend_twin
from tests.frontend import float_record, integer_twin
from tests.frontend.frontend_builds import build_target_image, write_sources
from tests.frontend.signals import real_clips, synthetic_signals
from tests.frontend.target_runner import TargetRunner
from tests.frontend.test_pcan import MICRO_SPEECH

SIGNALS = synthetic_signals()

KEYWORDS = FrontendRecord(
    sample_rate_hz=16_000,
    window_samples=480,
    hop_samples=320,
    fft_samples=512,
    zeros=ZerosAt.END,
    bands=40,
    low_hz=20.0,
    high_hz=4000.0,
    triangles=TriangleSides.MEL,
    log_offset=1e-4,
    mfcc=Mfcc(coefficients=10),
)
PCAN = MICRO_SPEECH.model_copy(update={"zeros": ZerosAt.END, "triangles": TriangleSides.MEL})
RECORDS = {
    "mfcc": (KEYWORDS, 0.6, 10),
    "pcan": (PCAN, 0.1016, -128),
    "noise_reduction": (PCAN.model_copy(update={"pcan": Pcan(enabled=False)}), 0.12, -128),
}
HOP = 320
INSTRUCTIONS_PER_FRAME = 60_000


@cache
def host(name: str) -> FrontendTwin:
    record, scale, zero_point = RECORDS[name]
    return build_frontend_twin(record, scale, zero_point, sanitize=True)


@pytest.mark.parametrize("name", RECORDS)
def test_no_check_refuses_them(name: str) -> None:
    assert record_faults(RECORDS[name][0]) == []


@pytest.mark.parametrize("name", RECORDS)
def test_host_equals_the_page_and_lies_at_the_formula(name: str) -> None:
    record, scale, zero_point = RECORDS[name]
    tables = make_mel_tables(record, scale, zero_point)
    for signal, samples in SIGNALS.items():
        ours = host(name).features(samples)
        np.testing.assert_array_equal(ours, integer_twin.features(samples, tables), signal)
        formula = float_record.features(record, samples, scale, zero_point)
        assert (np.abs(ours.astype(int) - formula) <= 1).mean() >= 0.99, signal
        assert (ours == formula).mean() >= 0.99, signal


@pytest.mark.parametrize("name", RECORDS)
def test_real_sound(name: str) -> None:
    record, scale, zero_point = RECORDS[name]
    tables = make_mel_tables(record, scale, zero_point)
    steps = []
    for clip, samples in real_clips(limit=6):
        ours = host(name).features(samples)
        np.testing.assert_array_equal(ours, integer_twin.features(samples, tables), clip)
        formula = float_record.features(record, samples, scale, zero_point)
        steps.append(np.abs(ours.astype(int) - formula).ravel())
    every = np.concatenate(steps)
    assert (every <= 1).mean() >= 0.999
    assert (every == 0).mean() >= 0.999


def on_target(target: TargetRunner, samples: NDArray[np.int16]) -> NDArray[np.int8]:
    """int8 frames of a clip of whole hops, pushed hop by hop."""
    target.call("probe_reset")
    frames: list[NDArray[np.int8]] = []
    for hop in samples.reshape(-1, HOP):
        target._write("probe_samples", hop.astype("<i2").tobytes())
        target.call("probe_push")
        if int.from_bytes(target._read("probe_frames"), "little") > len(frames):
            frames.append(np.frombuffer(target._read("probe_frame"), dtype=np.int8))
    return np.array(frames, dtype=np.int8)


@pytest.mark.parametrize("name", RECORDS)
def test_target_equals_host(name: str, tmp_path: Path) -> None:
    tables = make_mel_tables(*RECORDS[name])
    target = TargetRunner(build_target_image(write_sources(tmp_path, tables)))
    for signal in ("one_step_noise", "clicks", "random_rails", "noise_quiet", "chirp_quiet"):
        samples = SIGNALS[signal][: 12 * HOP]
        expected = host(name).features(samples)
        np.testing.assert_array_equal(on_target(target, samples), expected, signal)
    counts = target.count_instructions(SIGNALS["noise_full_scale"][:480])
    assert counts.total() <= INSTRUCTIONS_PER_FRAME, counts.most_common()


@pytest.mark.parametrize("fft_samples", [64, 512, 8192])
def test_the_largest_signals_stay_within_32_bits(fft_samples: int) -> None:
    keys = {"fft_samples": fft_samples, "window_samples": fft_samples, "bands": 1, "low_hz": 0.0}
    shape = {"window": WindowShape.RECTANGULAR, "pre_emphasis": 1.0, "high_hz": 8000.0}
    record = PCAN.model_copy(update={**keys, **shape, "hop_samples": fft_samples})
    assert record_faults(record) == []
    tables = make_mel_tables(record, 0.1016, -128)
    twin = build_frontend_twin(record, 0.1016, -128, sanitize=True)
    for signal in ("alternating_rails", "random_rails", "click", "square_full_scale"):
        samples = np.tile(SIGNALS[signal], 4)
        expected = integer_twin.features(samples, tables)
        np.testing.assert_array_equal(twin.features(samples), expected, signal)


@pytest.mark.parametrize("name", ["pcan", "noise_reduction"])
def test_noise_begins_anew_with_a_clip_and_stands_still_behind_the_gate(name: str) -> None:
    record, scale, zero_point = RECORDS[name]
    gated = record.model_copy(
        update={"silence_gate": SilenceGate(threshold_rms=2, hangover_ms=40.0)}
    )
    twin = build_frontend_twin(gated, scale, zero_point, sanitize=True)
    sound = SIGNALS["noise_quiet"]
    once = twin.features(sound)
    np.testing.assert_array_equal(twin.features(sound), once)

    # The frames after a pause are those of a clip in which the dropped ones never were.
    pause = np.zeros(HOP * 40, dtype=np.int16)
    samples = np.concatenate([sound, pause, sound])
    tables = make_mel_tables(gated, scale, zero_point)
    ours = twin.features(samples)
    np.testing.assert_array_equal(ours, integer_twin.features(samples, tables))
    assert len(once) < len(ours) < len(integer_twin.frames.clip_frames(samples, tables))
