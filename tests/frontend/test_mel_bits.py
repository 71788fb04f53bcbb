# SPDX-License-Identifier: Apache-2.0
"""The C equals the written specification in every bit, on this machine and on the target's core."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.presets import YAMNET
from tests.frontend import integer_twin
from tests.frontend.frontend_builds import build_library, run_program, write_sources
from tests.frontend.host_library import HostLibrary
from tests.frontend.integer_twin import split_frames
from tests.frontend.signals import real_clips, synthetic_signals
from tests.frontend.target_runner import TargetRunner

SIGNALS = synthetic_signals()
INSTRUCTIONS_PER_FRAME = 30_000
"""With gate and buffering, whatever the sound."""
FLASH_BYTES = 10_400
PIECES = (1, 159, 160, 161, 511, 512, 0)


def difficult_frame(seed: int, amplitude_bits: int, envelope: str) -> np.ndarray:
    """A frame of noise with an envelope that works against the window."""
    random = np.random.default_rng(seed)
    noise = random.uniform(-1, 1, 512) if seed % 2 else random.choice([-1.0, 1.0], 512)
    if envelope == "inverse window":
        rising = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
        noise[56:456] /= np.maximum(rising, 1e-3) * 100
    elif envelope == "click":
        noise *= np.arange(512) == random.integers(57, 456)
    return np.clip(np.rint(noise * 2**amplitude_bits), -32768, 32767).astype(np.int16)


@pytest.mark.parametrize("name", SIGNALS)
def test_host_equals_the_specification_on_hard_signals(
    name: str, host: HostLibrary, tables: MelTables
) -> None:
    frames = split_frames(SIGNALS[name])
    np.testing.assert_array_equal(host.mel_frames(frames), integer_twin.mel_frames(frames, tables))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    amplitude_bits=st.integers(0, 15),
    envelope=st.sampled_from(["flat", "inverse window", "click"]),
)
def test_host_equals_the_specification_on_any_frame(
    seed: int, amplitude_bits: int, envelope: str, host: HostLibrary, tables: MelTables
) -> None:
    frame = difficult_frame(seed, amplitude_bits, envelope)[None]
    np.testing.assert_array_equal(host.mel_frames(frame), integer_twin.mel_frames(frame, tables))


def test_host_equals_the_specification_on_real_sound(host: HostLibrary, tables: MelTables) -> None:
    for name, samples in real_clips(limit=10):
        features, _ = host.features(samples)
        np.testing.assert_array_equal(features, integer_twin.features(samples, tables), name)


def test_host_equals_the_specification_where_int8_clamps(tmp_path: Path) -> None:
    tables = make_mel_tables(YAMNET, 0.01, -3)
    host = HostLibrary(build_library(write_sources(tmp_path, tables)))
    frames = np.concatenate([split_frames(samples) for samples in SIGNALS.values()])
    got = host.mel_frames(frames)
    np.testing.assert_array_equal(got, integer_twin.mel_frames(frames, tables))
    assert {got.min(), got.max()} == {-128, 127}


def test_target_equals_host_on_hard_signals(target: TargetRunner, host: HostLibrary) -> None:
    for name, samples in SIGNALS.items():
        frames = split_frames(samples)[::5]
        np.testing.assert_array_equal(target.mel_frames(frames), host.mel_frames(frames), name)
    random = [difficult_frame(s, s % 16, "inverse window") for s in range(64)]
    frames = np.array(random)
    np.testing.assert_array_equal(target.mel_frames(frames), host.mel_frames(frames))


def test_target_equals_host_on_real_sound_with_the_gate(
    target: TargetRunner, host: HostLibrary
) -> None:
    for name, samples in real_clips(limit=4):
        whole_hops = samples[: len(samples) // 160 * 160]
        expected, _ = host.features(whole_hops, pieces=[160] * (len(whole_hops) // 160))
        # Pushed hop by hop, a frame comes when its last 32 samples do: one push later.
        np.testing.assert_array_equal(target.features(whole_hops), expected, name)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_frame_costs_the_target_little(name: str, target: TargetRunner) -> None:
    open_gate = SIGNALS["noise_full_scale"][:160]
    counts = target.count_hop(np.concatenate([open_gate, SIGNALS[name][:640]]))
    assert "mel_compute_frame_s8" in counts
    assert counts.total() <= INSTRUCTIONS_PER_FRAME, counts.most_common()


def test_the_target_has_little_flash(target: TargetRunner) -> None:
    assert target.section_bytes[".text"] <= FLASH_BYTES


@pytest.mark.parametrize("piece", PIECES)
def test_no_undefined_behaviour_on_hard_signals(
    piece: int, sanitised_program: Path, tables: MelTables
) -> None:
    samples = np.concatenate([signal[:1600] for signal in SIGNALS.values()])
    frames = run_program(sanitised_program, samples, piece)
    np.testing.assert_array_equal(frames, integer_twin.features(samples, tables))


def test_no_undefined_behaviour_on_frames_against_the_window(
    sanitised_program: Path, tables: MelTables
) -> None:
    samples = np.concatenate([difficult_frame(s, 15, "inverse window") for s in range(200)])
    frames = run_program(sanitised_program, samples, 512)
    np.testing.assert_array_equal(frames, integer_twin.features(samples, tables))


def test_no_undefined_behaviour_on_real_sound(sanitised_program: Path, tables: MelTables) -> None:
    for name, samples in real_clips(limit=3):
        frames = run_program(sanitised_program, samples, 480)
        np.testing.assert_array_equal(frames, integer_twin.features(samples, tables), name)
