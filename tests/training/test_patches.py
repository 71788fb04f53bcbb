# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generator.model.patches import patch_rule
from training.patches import InputScale, cut_patches, dequantise, fill_patch

RULE = patch_rule(96)


def make_frames(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(-128, 128, (count, 64)).astype(np.int8)


@given(st.integers(96, 700))
def test_patches_start_every_72_frames_and_the_partial_one_is_dropped(count: int) -> None:
    frames = make_frames(count)
    patches = cut_patches(frames, RULE)
    expected = [frames[first : first + 96] for first in range(0, count - 95, 72)]
    assert np.array_equal(patches, np.stack(expected))


@given(st.integers(1, 95))
def test_a_short_clip_repeats_its_last_25_frames_up_to_one_patch(count: int) -> None:
    frames = make_frames(count)
    patches = cut_patches(frames, RULE)
    assert patches.shape == (1, 96, 64)
    kept = frames[-25:]
    expected = [*frames, *(kept[at % len(kept)] for at in range(96 - count))]
    assert np.array_equal(patches[0], np.stack(expected))


def test_silence_gives_no_patch() -> None:
    assert cut_patches(make_frames(0), RULE).shape == (0, 96, 64)
    assert fill_patch(make_frames(0), RULE) is None


def test_cells_mean_scale_times_the_distance_from_the_zero_point() -> None:
    cells = np.array([-128, 40, 127], np.int8)
    values = dequantise(cells, InputScale(0.05, 40))
    assert values.dtype == np.float32
    assert np.allclose(values, [-168 * 0.05, 0.0, 87 * 0.05])
