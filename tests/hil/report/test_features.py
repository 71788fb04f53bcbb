# SPDX-License-Identifier: Apache-2.0
"""The features of the clips that were played, in the range of the model's input."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from generator.frontend.presets import YAMNET
from generator.frontend.saturation import count_cells, judge_saturation
from hil.report.figures import make_report
from hil.report.records import FeaturesRecord, RunRecords, from_plain, to_plain
from hil.report.text import summary_text
from tests.hil.report.test_figures import BOARD, clip, run_of

OURS = (0.054722581058740616, 40)


def features(name: str, cells: np.ndarray, *, rate_hz: int | None = 16_000) -> FeaturesRecord:
    counts = tuple(count_cells(cells).tolist())
    return FeaturesRecord("u585", name, rate_hz, len(cells), counts, *OURS)


def spread(frames: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-100, 100, (frames, 64)).astype(np.int8)


def played(*records: FeaturesRecord) -> RunRecords:
    clips = [clip(record.clip, 0, 0) for record in records]
    return run_of(BOARD, *clips, *records)


def test_clips_are_judged_together_as_inspect_does() -> None:
    one, other = spread(10, 1), spread(20, 2)
    report = make_report(played(features("a", one), features("b", other)), 1)
    assert report.features == judge_saturation(np.concatenate([one, other]), YAMNET, *OURS)
    plain = json.loads(json.dumps(report.as_json(), allow_nan=False))["features"]
    assert plain["frames"] == 30 and plain["warnings"] == []


def test_a_clip_that_is_played_again_counts_once() -> None:
    record = features("a", spread(10, 1))
    report = make_report(played(record, record), 1)
    assert report.features is not None and report.features.frames == 10


def test_features_cut_off_are_a_warning_in_the_summary_and_in_the_report() -> None:
    loud = spread(50, 1)
    loud[:10] = 127
    run = played(features("a", loud))
    report = make_report(run, 1)
    assert report.features is not None
    (warning,) = report.features.warnings
    assert "20 % of the cells are cut off at 4.761" in warning
    text = summary_text(run, report, 400)
    (first,) = [line for line in text.splitlines() if line.startswith("features")]
    assert "50 frames" in first and "the model's range is -9.193 ... 4.761" in first
    assert "at its lower end 0.0 %, at its upper end 20.0 % of the cells" in text
    assert f"WARNING: {warning}" in text


def test_synthetic_sounds_are_no_reason_for_a_warning() -> None:
    full = np.full((10, 64), 127, np.int8)
    run = played(features("a", full, rate_hz=None))
    report = make_report(run, 1)
    assert report.features is not None
    assert (report.features.at_high, report.features.warnings) == (1.0, ())
    assert "WARNING" not in summary_text(run, report, 200)


def test_clips_that_lack_the_upper_bands_are_counted() -> None:
    low = [features(name, spread(9, 1), rate_hz=8000) for name in "ab"]
    run = played(*low, features("c", spread(9, 1), rate_hz=15_000))
    text = summary_text(run, make_report(run, 1), 400)
    assert "2 of 3 clips recorded below 15 kHz: resampled, but the upper bands stay empty" in text
    assert "record at 16 kHz or more" in text


def test_without_features_nothing_is_said() -> None:
    run = run_of(BOARD, clip("a", 0, 0))
    report = make_report(run, 1)
    assert report.features is None
    assert "features" not in summary_text(run, report, 200)
    silent = make_report(played(features("a", np.zeros((0, 64), np.int8))), 1)
    assert silent.features is not None and silent.features.frames == 0
    assert "no frame passed the silence gate" in summary_text(run, silent, 200)


def test_the_record_travels_as_plain_values() -> None:
    record = features("a", spread(3, 1))
    assert from_plain(json.loads(json.dumps(to_plain(record)))) == record
    assert replace(record, clip="b") != record
