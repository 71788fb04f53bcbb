# SPDX-License-Identifier: Apache-2.0
"""From samples to frames: windows, lengths, hops, centring and pre-emphasis as the page has them.

Records are drawn; the front-end's C runs under AddressSanitizer and UBSan, CMSIS-DSP's too.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.framing import frames_of, framing_faults, samples_for
from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord, SilenceGate, WindowShape, ZerosAt
from generator.frontend.transform_tables import FFT_LENGTHS, transform_faults
from generator.frontend.window_table import window_faults
from tests.frontend.float_record.framing import frames as float_frames
from tests.frontend.float_record.framing import window as float_window
from tests.frontend.frontend_builds import (
    build_sanitised_program,
    build_target_image,
    run_program,
    write_sources,
)
from tests.frontend.integer_twin import features
from tests.frontend.integer_twin.frames import clip_frames
from tests.frontend.integer_twin.window import window_weights
from tests.frontend.target_runner import TargetRunner

QUICK, SLOW = len(FFT_LENGTHS), 4 * len(FFT_LENGTHS)
EDGES = (0, 1, 15, 255, 256, 257)


def draw_record(seed: int) -> FrontendRecord:
    """A record of 64 bands that window, frames and transform follow."""
    draw = random.Random(seed)
    fft = FFT_LENGTHS[seed % len(FFT_LENGTHS)]
    gate = draw.choice([None, SilenceGate(threshold_rms=300, hangover_ms=draw.choice([0.0, 60.0]))])
    window_samples = draw.choice([fft, fft - 1, draw.randint(16, fft), max(16, 25 * fft // 32)])
    hops = [fft // 2, fft // 4 + 1, window_samples, fft, fft + 7, 3 * fft + 1]
    hops += [] if gate else [max(fft // 64, 1)]
    keys = {
        "fft_samples": fft,
        "window_samples": window_samples,
        "window": draw.choice(list(WindowShape)),
        "window_symmetric": draw.random() < 0.5,
        "zeros": draw.choice(list(ZerosAt)),
        "centred": draw.random() < 0.5,
        "hop_samples": max(draw.choice(hops), 16 if gate else 1),
        "pre_emphasis": draw.choice([0.0, 0.0, 0.97, 0.9375, 1.0]),
        "silence_gate": gate,
        "low_hz": 0.0,
        "high_hz": 8000.0,
        "log_offset": 1e-6,
    }
    return YAMNET.model_copy(update=keys)


def hard_sound(record: FrontendRecord, seed: int) -> NDArray[np.int16]:
    """Some ten frames of rails, noise that fades into silence, silence, and a click at the end."""
    rng = np.random.default_rng(seed)
    part = max(3 * record.fft_samples, 2 * record.hop_samples) + int(rng.integers(1, 50))
    rails = np.where(rng.random(part) < 0.5, 32767, -32768)
    square = np.where(np.arange(part) // 2 % 2 == 0, -32768, 32767)
    fading = rng.normal(0.0, 1.0, part) * np.geomspace(9000.0, 0.3, part)
    sound = np.concatenate([rails, square, fading, np.zeros(part), [900, -32768]])
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


@pytest.mark.parametrize(
    "seed",
    [
        *range(QUICK),
        *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(QUICK, SLOW)),
    ],
)
def test_drawn_records_are_those_of_the_page(seed: int, tmp_path: Path) -> None:
    record = draw_record(seed)
    assert [*transform_faults(record), *window_faults(record), *framing_faults(record)] == []
    tables = make_mel_tables(record, 0.0547, 40)
    program = build_sanitised_program(write_sources(tmp_path, tables))
    samples = hard_sound(record, seed)
    for piece in (0, record.hop_samples // 2 + 1):
        got = run_program(program, samples, piece)
        np.testing.assert_array_equal(got, features(samples, tables), str(record))
    for count in EDGES:
        got = run_program(program, samples[:count], 0)
        np.testing.assert_array_equal(got, features(samples[:count], tables), f"{record} {count}")


@pytest.mark.parametrize("seed", [1, 2, 4, 5, 6])
def test_the_target_computes_what_the_page_says(seed: int, tmp_path: Path) -> None:
    """Lengths of 64, 128, 512, 1024 and 2048 on an emulated core, with the firmware's flags."""
    record = draw_record(seed).model_copy(update={"silence_gate": None})
    tables = make_mel_tables(record, 0.0547, 40)
    target = TargetRunner(build_target_image(write_sources(tmp_path, tables)))
    samples = hard_sound(record, seed)[::3]
    samples = samples[: len(samples) // record.hop_samples * record.hop_samples]
    got = target.features(samples, record.hop_samples)
    assert len(got) >= 2
    np.testing.assert_array_equal(got, features(samples, tables)[: len(got)])


@pytest.mark.parametrize("seed", range(40))
def test_frames_are_those_of_the_float_formula(seed: int) -> None:
    """Their number, and every sample of theirs: a frame displaced by one sample is seen."""
    record = draw_record(seed)
    tables = make_mel_tables(record, 0.0547, 40)
    samples = hard_sound(record, seed)[: 5 * record.fft_samples + 13]
    for count in (*EDGES, len(samples)):
        clip = samples[:count]
        frames, wanted = clip_frames(clip, tables), float_frames(record, clip)
        assert frames.shape == wanted.shape == (frames_of(record, len(clip)), record.frame_samples)
        unit = 2.0**-30 if record.pre_emphasis else 2.0**-15
        np.testing.assert_allclose(frames * unit, wanted, atol=2.0**-29)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("frames", [1, 2, 17])
def test_the_shortest_clip_of_so_many_frames(seed: int, frames: int) -> None:
    record = draw_record(seed)
    count = samples_for(record, frames)
    assert frames_of(record, count) >= frames
    assert frames_of(record, count - 1) < frames


@pytest.mark.parametrize("shape", WindowShape)
@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("length", [16, 17, 400, 511, 512])
def test_a_window_is_that_of_the_float_formula(
    shape: WindowShape, symmetric: bool, length: int
) -> None:
    for zeros in ZerosAt:
        keys = {"window": shape, "window_symmetric": symmetric, "window_samples": length}
        record = YAMNET.model_copy(update={**keys, "zeros": zeros})
        weights = window_weights(make_mel_tables(record, 0.0547, 40)) / 2.0**31
        wanted = float_window(record)
        wanted = np.pad(wanted, (0, record.fft_samples - len(wanted)))
        np.testing.assert_allclose(weights, wanted, atol=2.0**-31)
