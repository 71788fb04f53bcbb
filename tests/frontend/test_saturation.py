# SPDX-License-Identifier: Apache-2.0
"""Features that are not those of the training are told by the model's own input range."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from generator.frontend.input_range import FeatureKind, kind_of_range, offset_near, real_range
from generator.frontend.presets import YAMNET
from generator.frontend.record import LogKind, Mfcc, Pcan
from generator.frontend.saturation import (
    QUANTILES,
    count_cells,
    judge_counts,
    judge_saturation,
    range_warning,
    silence_value,
)

OURS = (0.054722581058740616, 40)
DB = (80.0 / 255.0, 127)
Z_SCORE = (0.03, -10)


def cells(low: float, high: float, quantised: tuple[float, int]) -> np.ndarray:
    """Evenly spread features between two values, as cells of an input."""
    scale, zero_point = quantised
    values = np.linspace(low, high, 6400).reshape(100, 64)
    return np.clip(np.round(values / scale) + zero_point, -128, 127).astype(np.int8)


def test_features_of_the_training_give_no_warning() -> None:
    judged = judge_saturation(cells(-9.2, 4.0, OURS), YAMNET, *OURS)
    assert judged.warnings == ()
    assert judged.frames == 100
    assert judged.quantiles[0] == pytest.approx(-9.1, abs=0.2)
    json.dumps(judged.to_plain(), allow_nan=False)


@pytest.mark.parametrize("frames", [1, 2, 999])
def test_counts_of_several_sounds_add_up_to_the_same(frames: int) -> None:
    random = np.random.default_rng(frames)
    both = np.clip(random.normal(40, 60, (frames, 7)).round(), -128, 127).astype(np.int8)
    first, second = both[: frames // 3], both[frames // 3 :]
    counts = count_cells(first) + count_cells(second)
    judged = judge_counts(counts, frames, YAMNET, *OURS)
    assert judged == judge_saturation(both, YAMNET, *OURS)
    scale, zero_point = OURS
    expected = (np.quantile(both.astype(np.float64), QUANTILES) - zero_point) * scale
    assert judged.quantiles == pytest.approx(expected)
    assert (judged.at_low, judged.at_high) == (np.mean(both == -128), np.mean(both == 127))


def test_silence_at_the_lower_end_is_no_loss() -> None:
    quiet = cells(-9.2, 4.0, OURS)
    quiet[:50] = -128
    judged = judge_saturation(quiet, YAMNET, *OURS)
    assert judged.at_low == 0.5 and judged.warnings == ()
    deeper = YAMNET.model_copy(update={"log_offset": 1e-6})
    (warning,) = judge_saturation(quiet, deeper, *OURS).warnings
    assert "50 % of the cells are cut off at -9.193" in warning
    assert "silence is -13.82" in warning


def test_ln_features_for_a_net_of_decibels() -> None:
    (warning,) = judge_saturation(cells(-9.2, 4.0, DB), YAMNET, *DB).warnings
    assert "cut off at 0" in warning and "fill" in warning
    assert "dB" in warning and "log: db_power" in warning


def test_decibels_for_a_net_of_decibels() -> None:
    record = YAMNET.model_copy(update={"log": LogKind.DB_POWER, "lowest_log": -80.0})
    spread = cells(-80, -1, DB)
    spread[:20] = -128
    assert judge_saturation(spread, record, *DB).warnings == ()


def test_decibels_for_a_net_of_ln() -> None:
    record = YAMNET.model_copy(update={"log": LogKind.DB_POWER})
    (warning,) = judge_saturation(cells(-80, 0, OURS), record, *OURS).warnings
    assert "state log: ln" in warning


def test_features_that_are_not_normalised_for_a_net_that_wants_it() -> None:
    (warning,) = judge_saturation(cells(-9.2, 4.0, Z_SCORE), YAMNET, *Z_SCORE).warnings
    assert "mean and deviation" in warning
    record = YAMNET.model_copy(update={"mean": -3.0, "deviation": 3.0})
    (warning,) = judge_saturation(cells(20, 30, Z_SCORE), record, *Z_SCORE).warnings
    assert "another offset, reference" in warning


def test_no_frame_is_no_warning() -> None:
    judged = judge_saturation(np.zeros((0, 64), np.int8), YAMNET, *OURS)
    assert judged.warnings == () and "no frame" in judged.lines()[0]


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (*real_range(*OURS), FeatureKind.LN),
        (-13.8, 4.0, FeatureKind.LN),
        (-80.0, 0.0, FeatureKind.DB_BELOW_MAXIMUM),
        (-100.0, 40.0, FeatureKind.DB),
        (-3.1, 4.2, FeatureKind.NORMALISED),
        (0.0, 1.0, FeatureKind.UNIT),
        (0.0, 26.0, FeatureKind.PCAN),
        (0.0, 670.0, FeatureKind.LINEAR),
        (-6.0, 30.0, FeatureKind.UNKNOWN),
    ],
)
def test_a_range_suggests_a_kind(low: float, high: float, kind: FeatureKind) -> None:
    assert kind_of_range(low, high) is kind


def test_an_offset_is_known_by_its_logarithm() -> None:
    assert offset_near(-9.2) == 1e-4
    assert offset_near(-13.8) == 1e-6
    assert offset_near(-8.0) is None


def test_silence_has_the_value_of_the_record() -> None:
    def value(**keys: object) -> float | None:
        return silence_value(YAMNET.model_copy(update=keys))

    assert value() == pytest.approx(math.log(1e-4))
    assert value(log=LogKind.DB_POWER, log_offset=0.0, log_floor=1e-10) == pytest.approx(-100.0)
    assert value(log=LogKind.DB_AMPLITUDE, log_reference=1e-4) == pytest.approx(0.0)
    assert value(log_offset=0.0) is None
    assert value(log_offset=0.0, lowest_log=-7.0) == -7.0
    assert value(mfcc=Mfcc(coefficients=10)) is None
    assert value(pcan=Pcan()) == 0.0
    assert value(mean=(1.0,) * 63 + (9.0,), deviation=2.0) == pytest.approx(
        (math.log(1e-4) - 9.0) / 2.0
    )


def test_a_range_of_another_kind_is_told_before_any_sound() -> None:
    assert range_warning(YAMNET, *OURS) == ""
    assert "log: db_power" in range_warning(YAMNET, *DB)
    assert "mean and deviation" in range_warning(YAMNET, *Z_SCORE)
    assert "section pcan" in range_warning(YAMNET, 0.1, -128)
    in_db = YAMNET.model_copy(update={"log": LogKind.DB_POWER, "lowest_log": -80.0})
    assert range_warning(in_db, *DB) == ""
    assert "state log: ln" in range_warning(in_db, *OURS)
    normalised = YAMNET.model_copy(update={"mean": -3.0, "deviation": 3.0})
    assert range_warning(normalised, *Z_SCORE) == ""
    assert range_warning(YAMNET.model_copy(update={"mfcc": Mfcc(coefficients=9)}), *DB) == ""
