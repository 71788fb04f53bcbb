# SPDX-License-Identifier: Apache-2.0
"""A user's features beside ours: equal, or the cause is guessed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generator.errors import InputError
from generator.frontend.comparison import Comparison, compare_features
from generator.frontend.presets import YAMNET
from generator.frontend.record import LogKind

SCALE, ZERO_POINT = 0.05, 40
RANDOM = np.random.default_rng(5)


def ours(frames: int = 80) -> np.ndarray:
    """A smooth picture within the range."""
    rough = RANDOM.normal(0, 14, (frames, 64)).cumsum(axis=0)
    return np.clip(np.round(40 + 60 * rough / np.abs(rough).max()), -127, 126).astype(np.int8)


CELLS = ours()
REAL = (CELLS.astype(np.float64) - ZERO_POINT) * SCALE


def compare(theirs: np.ndarray) -> Comparison:
    return compare_features(theirs, CELLS, YAMNET, SCALE, ZERO_POINT)


def test_equal_features_are_equal() -> None:
    for theirs in (REAL, REAL.astype(np.float32)[np.newaxis, ..., np.newaxis], CELLS):
        result = compare(theirs)
        assert (result.equal, result.within_one, result.causes) == (1.0, 1.0, ())
    assert "100.00 % of the cells are equal" in result.lines()[0]


def test_the_largest_difference_is_found_with_time_and_frequency() -> None:
    changed = REAL.copy()
    changed[30, 10] += 1.0
    result = compare(changed)
    assert (result.frame, result.feature) == (30, 10)
    assert result.largest == pytest.approx(1.0)
    assert result.time_s == pytest.approx((30 * 160 + 256) / 16000)
    assert result.hz == pytest.approx(516.9, abs=0.1)
    assert "frame 30 (0.316 s), feature 10" in result.lines()[1]


@pytest.mark.parametrize(
    ("theirs", "cause"),
    [
        (REAL.T, "turned round"),
        (REAL * 10 / math.log(10), "log: db_power"),
        (REAL * 20 / math.log(10), "db_amplitude"),
        (REAL / math.log(10), "log10 where ours has ln"),
        (REAL * 2, "power where ours is of a magnitude"),
        (REAL + 3.0, "+3 beside ours: log_reference"),
        (REAL / 3 + 1, "mean and deviation"),
        (REAL[3:], "3 frames earlier"),
        (np.concatenate([REAL[:2] * 0, REAL]), "2 frames later"),
        (RANDOM.normal(0, 3, REAL.shape), "not ours times a factor"),
    ],
)
def test_the_cause_is_guessed(theirs: np.ndarray, cause: str) -> None:
    assert any(cause in one for one in compare(theirs).causes), compare(theirs).causes


@pytest.mark.parametrize(
    ("log", "factor", "cause"),
    [
        (LogKind.DB_POWER, math.log(10) / 10, "ln where ours has 10 log10: log: ln"),
        (LogKind.DB_POWER, 2.0, "20 log10 where ours has 10 log10: log: db_amplitude; or twice"),
        (LogKind.LOG10, 10.0, "10 log10 where ours has log10: log: db_power"),
        (LogKind.NONE, 10.0, "mean and deviation"),
    ],
)
def test_the_cause_names_the_records_own_logarithm(log: LogKind, factor: float, cause: str) -> None:
    record = YAMNET.model_copy(update={"log": log})
    result = compare_features(REAL * factor, CELLS, record, SCALE, ZERO_POINT)
    assert any(cause in one for one in result.causes), result.causes


def test_a_square_is_turned_as_it_fits() -> None:
    square = REAL[:64]
    assert compare(square).equal == 1.0
    assert compare(square.T).equal == 1.0


@pytest.mark.parametrize(
    "theirs",
    [np.zeros((80, 40)), np.zeros(80), np.full((80, 64), np.nan), np.array([["a"]])],
)
def test_what_cannot_be_compared_is_refused(theirs: np.ndarray) -> None:
    with pytest.raises(InputError):
        compare(theirs)
