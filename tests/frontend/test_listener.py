# SPDX-License-Identifier: Apache-2.0
"""The listener: which frames make which patch, short clips, sums, decisions, cycles, errors."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.presets import YAMNET
from tests.frontend import integer_twin
from tests.frontend.fake_clip import PUSH_CYCLES, hear
from tests.frontend.frontend_builds import build_library, write_sources

STEP, OVERLAP, FRAMES = 72, 24, 96


def sound(frames: int, seed: int = 3) -> NDArray[np.int16]:
    """Noise of changing level that gives exactly that many frames."""
    random = np.random.default_rng(seed)
    count = 512 + 160 * (frames - 1)
    level = 200 * (2 + np.sin(np.arange(count) / 900))
    return (random.uniform(-1, 1, count) * level).astype(np.int16)


@pytest.mark.parametrize("frames", [96, 97, 120, 167, 168, 240, 263, 312, 400])
def test_patches_are_96_frames_every_72(
    frames: int, shared_library: ctypes.CDLL, tables: MelTables
) -> None:
    samples = sound(frames)
    heard = hear(shared_library, [samples])
    np.testing.assert_array_equal(heard.frames, integer_twin.features(samples, tables))
    expected = 1 + (frames - FRAMES) // STEP
    assert heard.clip.frames == frames
    assert heard.clip.patches == len(heard.patches) == len(heard.given) == expected
    for index, (patch, given_frames) in enumerate(zip(heard.patches, heard.given, strict=True)):
        first = index * STEP
        assert (patch.index, patch.first_frame) == (index, first)
        np.testing.assert_array_equal(given_frames, heard.frames[first : first + FRAMES])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(cuts=st.lists(st.integers(0, 30000), max_size=12))
def test_pieces_do_not_matter(cuts: list[int], shared_library: ctypes.CDLL) -> None:
    samples = sound(180)
    whole = hear(shared_library, [samples])
    parts = hear(shared_library, np.split(samples, sorted(min(c, len(samples)) for c in cuts)))
    np.testing.assert_array_equal(parts.given, whole.given)
    assert bytes(parts.clip) == bytes(whole.clip)


@pytest.mark.parametrize("frames", [3, 96, 168])
def test_it_tells_when_the_network_works(frames: int, shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [sound(frames)])
    assert heard.network_begins == [True, False] * heard.pushes


@pytest.mark.parametrize("frames", [1, 2, 24, 25, 26, 60, 95])
def test_a_short_clip_repeats_its_last_frames(frames: int, shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [sound(frames)])
    kept = heard.frames[-25:]
    padding = kept[np.arange(FRAMES - frames) % len(kept)]
    assert heard.clip.patches == 1
    np.testing.assert_array_equal(heard.given[0], np.concatenate([heard.frames, padding]))
    assert heard.clip.decision == 2


@pytest.mark.parametrize("count", [0, 1, 511])
def test_a_clip_without_a_frame_has_no_decision(count: int, shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [sound(1)[:count]])
    assert (heard.clip.patches, heard.clip.decision, heard.pushes) == (0, -1, 0)
    assert heard.clip.samples == count


def test_a_silent_clip_has_no_decision(shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [np.zeros(16000, dtype=np.int16)])
    assert (heard.clip.frames, heard.clip.patches, heard.clip.decision) == (0, 0, -1)
    assert heard.clip.gated_samples == 160 * (1 + (16000 - 512) // 160)


def test_a_last_partial_patch_is_dropped(shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [sound(167)])
    assert heard.clip.patches == 1


def test_gated_samples_are_told_with_the_next_patch(shared_library: ctypes.CDLL) -> None:
    silence = np.zeros(16000, dtype=np.int16)
    heard = hear(shared_library, [sound(100), silence, sound(100, seed=4), silence])
    assert [patch.gated_samples > 0 for patch in heard.patches] == [False, True, False]
    total = 200 * 160 + 2 * (16000 - 160) + 2 * 512
    assert heard.clip.samples == total
    frames_in_all = 1 + (total - 512) // 160
    assert heard.clip.frames + heard.clip.gated_samples // 160 == frames_in_all
    assert sum(patch.gated_samples for patch in heard.patches) < heard.clip.gated_samples


def test_scores_are_summed_over_patches(shared_library: ctypes.CDLL) -> None:
    scores = [(-128, 127, 0), (127, -128, 5), (-128, -128, 5)]
    heard = hear(shared_library, [sound(240)], scores=scores)
    assert [tuple(patch.scores) for patch in heard.patches] == scores
    assert list(heard.clip.score_sums) == [-129, -129, 10]
    assert heard.clip.decision == 2


def test_a_tie_goes_to_the_lower_index(shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [sound(96)], scores=[(-128, 9, 9)])
    assert heard.clip.decision == 1


def test_cycles_are_told_apart(shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, np.array_split(sound(240), 50))
    clock_looks = 1 + FRAMES
    for patch in heard.patches:
        assert FRAMES * PUSH_CYCLES <= patch.network_cycles <= FRAMES * PUSH_CYCLES + clock_looks
        assert 0 < patch.frontend_cycles < 2 * FRAMES
        assert PUSH_CYCLES < patch.answer_cycles <= PUSH_CYCLES + 3


def test_no_frame_brings_more_than_two_into_the_network(shared_library: ctypes.CDLL) -> None:
    samples = sound(180)
    hops = [samples[:512], *samples[512:].reshape(-1, 160)]
    pushes = [hear(shared_library, hops[: n + 1]).pushes for n in range(96, 130)]
    assert set(np.diff(pushes)) == {1, 2}
    assert pushes[0] == 96 + 2
    assert hear(shared_library, hops[:168]).pushes == 2 * FRAMES


def test_a_refusing_network_is_an_error(shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [sound(20)], refuse_push=5)
    assert heard.statuses[0] == -100


def test_events_are_optional(shared_library: ctypes.CDLL) -> None:
    heard = hear(shared_library, [sound(120)], events=False)
    assert (heard.clip.patches, heard.statuses) == (1, [0, 0])


@pytest.fixture(scope="module")
def centred_tables() -> MelTables:
    record = YAMNET.model_copy(update={"centred": True, "silence_gate": None})
    return make_mel_tables(record, 0.0547, 40)


@pytest.fixture(scope="module")
def centred_library(
    centred_tables: MelTables, tmp_path_factory: pytest.TempPathFactory
) -> ctypes.CDLL:
    return build_library(write_sources(tmp_path_factory.mktemp("centred"), centred_tables))


@pytest.mark.parametrize("count", [1, 200, 95 * 160 - 1, 95 * 160, 167 * 160 - 1, 167 * 160])
def test_a_centred_clip_has_its_last_frames_when_it_ends(
    count: int, centred_library: ctypes.CDLL, centred_tables: MelTables
) -> None:
    samples = sound(200)[:count]
    heard = hear(centred_library, np.array_split(samples, 3))
    frames = 1 + count // 160
    np.testing.assert_array_equal(heard.frames, integer_twin.features(samples, centred_tables))
    assert heard.statuses == [0, 0, 0, 0]
    assert heard.clip.frames == len(heard.frames) == frames
    assert heard.clip.samples == count
    assert heard.clip.patches == max(1, 1 + (frames - FRAMES) // STEP)
    kept = heard.frames[-25:]
    filled = [*heard.frames, *(kept[n % len(kept)] for n in range(max(FRAMES - frames, 0)))]
    for index, given_frames in enumerate(heard.given):
        np.testing.assert_array_equal(given_frames, filled[index * STEP :][:FRAMES])


def test_a_centred_clip_without_a_sample_has_no_frame(centred_library: ctypes.CDLL) -> None:
    heard = hear(centred_library, [])
    assert (heard.clip.frames, heard.clip.patches, heard.clip.decision) == (0, 0, -1)


def test_an_error_in_the_last_frames_is_told(centred_library: ctypes.CDLL) -> None:
    heard = hear(centred_library, [sound(200)[: 20 * 160]], refuse_push=21)
    assert heard.statuses == [0, -100]
