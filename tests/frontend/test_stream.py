# SPDX-License-Identifier: Apache-2.0
"""The stream of samples to the stream of frames: counts, pieces, the gate's place, errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from tests.frontend import integer_twin
from tests.frontend.host_library import HostLibrary

SEED = 7
HANGOVER_HOPS = 40


def noise(count: int, amplitude: int = 3000) -> NDArray[np.int16]:
    random = np.random.default_rng(SEED)
    return random.integers(-amplitude, amplitude + 1, count).astype(np.int16)


@pytest.mark.parametrize("count", [0, 1, 31, 32, 192, 511, 512, 513, 671, 672, 673, 832, 16000])
def test_ungated_sound_gives_a_frame_for_each_whole_512(count: int, host: HostLibrary) -> None:
    frames, _ = host.features(noise(count))
    assert len(frames) == (1 + (count - 512) // 160 if count >= 512 else 0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    count=st.integers(0, 9000),
    pieces=st.lists(st.integers(0, 700), max_size=30),
)
def test_pieces_do_not_matter(count: int, pieces: list[int], host: HostLibrary) -> None:
    samples = noise(count)
    whole, _ = host.features(samples)
    parts, statuses = host.features(samples, pieces)
    np.testing.assert_array_equal(parts, whole)
    assert set(statuses) == {0}


def test_silence_gives_no_frame(host: HostLibrary) -> None:
    assert len(host.features(np.zeros(16000, dtype=np.int16))[0]) == 0


def test_sound_between_silences_gives_its_frames_and_a_hangover(
    host: HostLibrary, tables: MelTables
) -> None:
    silence = np.zeros(16000, dtype=np.int16)
    samples = np.concatenate([silence, noise(4800), silence])
    frames, _ = host.features(samples)
    np.testing.assert_array_equal(frames, integer_twin.features(samples, tables))
    assert 30 + HANGOVER_HOPS <= len(frames) <= 33 + 40


def test_the_first_32_samples_belong_to_no_hop(host: HostLibrary) -> None:
    samples = np.zeros(16000, dtype=np.int16)
    samples[:32] = noise(32)
    assert len(host.features(samples)[0]) == 0
    samples[32] = 1000
    assert len(host.features(samples)[0]) == 1 + HANGOVER_HOPS - 2


def test_a_reset_forgets(host: HostLibrary) -> None:
    # HostLibrary fills the state with 0xA5 before each reset.
    first, _ = host.features(noise(3000))
    again, _ = host.features(noise(3000))
    np.testing.assert_array_equal(first, again)


def test_a_refusal_of_the_receiver_stops_the_push(host: HostLibrary) -> None:
    samples = noise(512 + 10 * 160)
    frames, statuses = host.features(samples, answer=lambda frame: -7 if frame == 3 else 1)
    assert statuses == [-7]
    assert len(frames) == 4


def test_after_a_refusal_the_stream_goes_on(host: HostLibrary) -> None:
    samples = noise(512 + 3 * 160)
    pieces = [512 + 160]
    frames, statuses = host.features(samples, pieces, answer=lambda frame: -7 if frame == 1 else 0)
    assert statuses == [-7, 0]
    np.testing.assert_array_equal(frames, host.features(samples)[0])
