# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.augment import augment, draw_window, shift_bands
from training.config import AugmentConfig
from training.patches import InputScale, dequantise

BY = InputScale(0.054722581058740616, 40)
OFF = AugmentConfig(
    gain_db_low=0.0, gain_db_high=0.0, mix_probability=0.0, noise_probability=0.0,
    stretch=0.0, band_shift=0.0, mask_frames=0, mask_bands=0,
)  # fmt: skip


def make_batch(count: int = 4) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(5)
    cells = [rng.integers(-100, 90, (96, 64)).astype(np.int8) for _ in range(count)]
    return cells, np.eye(count, dtype=np.float32)


def run(config: AugmentConfig, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    cells, truth = make_batch()
    return augment(cells, truth, BY, config, np.random.default_rng(seed))


def test_nothing_is_changed_when_everything_is_off() -> None:
    cells, truth = make_batch()
    values, targets = run(OFF)
    assert np.allclose(values, dequantise(np.stack(cells), BY), atol=1e-3)
    assert np.array_equal(targets, truth)


def test_a_gain_multiplies_the_magnitude_and_not_the_offset() -> None:
    cells, _ = make_batch()
    values, _ = run(OFF.model_copy(update={"gain_db_low": 6.0, "gain_db_high": 6.0}))
    before = np.exp(dequantise(np.stack(cells), BY).astype(np.float64)) - 1e-4
    expected = np.log(before * 10 ** (6 / 20) + 1e-4)
    inside = expected < float(dequantise(np.array(127, np.int8), BY)) - 0.01
    assert np.allclose(values[inside], expected[inside], atol=1e-3)


def test_mixing_keeps_the_targets_a_distribution() -> None:
    _, targets = run(OFF.model_copy(update={"mix_probability": 1.0}))
    assert np.allclose(targets.sum(axis=1), 1.0)
    assert (targets.max(axis=1) < 1.0).any()


def test_multi_label_mixing_takes_the_union_of_both_targets() -> None:
    cells, _ = make_batch(64)
    truth = np.tile(np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 0, 0]], np.float32), (16, 1))
    half = OFF.model_copy(update={"mix_probability": 0.5})
    rng = np.random.default_rng
    values, targets = augment(cells, truth, BY, half, rng(0), multi_label=True)
    shared, shares = augment(cells, truth, BY, half, rng(0))
    assert np.array_equal(values, shared), "the sounds are the same"
    assert set(np.unique(targets)) == {0.0, 1.0}
    assert (targets >= truth).all()
    assert ((targets > 0) >= (shares > 0)).all()
    assert (targets.sum(axis=1) > truth.sum(axis=1)).any()
    untouched = np.isclose(values, dequantise(np.stack(cells), BY), atol=1e-3).all(axis=(1, 2))
    assert np.unique(untouched).size == 2, "some are mixed, some are not"
    assert np.array_equal(targets[untouched], truth[untouched])
    _, again = augment(cells, truth, BY, OFF, rng(0), multi_label=True)
    assert np.array_equal(again, truth)


def test_values_stay_within_what_int8_cells_can_say() -> None:
    values, _ = run(AugmentConfig(gain_db_low=30.0, gain_db_high=40.0))
    low, high = dequantise(np.array([-128, 127], np.int8), BY)
    assert values.min() >= low
    assert values.max() <= high
    assert values.dtype == np.float32


def test_the_same_seed_gives_the_same_batch() -> None:
    first, again, other = run(AugmentConfig(), 3), run(AugmentConfig(), 3), run(AugmentConfig(), 4)
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


@given(st.integers(96, 300), st.floats(0.0, 0.5), st.integers(0, 2**32 - 1))
def test_a_window_runs_forward_through_its_clip(count: int, stretch: float, seed: int) -> None:
    frames = np.repeat((np.arange(count) % 128).astype(np.int8)[:, None], 64, axis=1)
    window = draw_window(frames, 96, stretch, np.random.default_rng(seed))
    assert window.shape == (96, 64)
    steps = np.diff(window[:, 0].astype(int)) % 128
    assert steps.min() >= 0
    assert steps.max() <= 2


def test_a_shift_by_whole_bands_moves_the_spectrum() -> None:
    spectrum = np.random.default_rng(0).random((1, 3, 64)).astype(np.float32)
    moved = shift_bands(spectrum, np.array([2.0]))
    assert np.allclose(moved[0, :, 2:], spectrum[0, :, :-2])
    assert np.allclose(moved[0, :, 0], spectrum[0, :, 0])


def test_masks_blank_with_the_mean() -> None:
    config = OFF.model_copy(update={"mask_bands": 6, "mask_probability": 1.0})
    values, _ = run(config)
    plain, _ = run(OFF)
    changed = (np.abs(values - plain) > 1e-6).any(axis=1)
    assert ((changed.sum(axis=1) >= 1) & (changed.sum(axis=1) <= 6)).all()
    assert values[0][:, changed[0]].std() == pytest.approx(0.0, abs=1e-6)
