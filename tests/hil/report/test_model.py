# SPDX-License-Identifier: Apache-2.0
"""report.json, details.json and evidence.json are what their published schemas say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from generator.model.decision import Head
from hil.report.details import Details, make_details
from hil.report.evidence import make_evidence
from hil.report.figures import make_report
from hil.report.model import Report
from hil.report.records import ClockRecord, CycleCounterRecord, RunRecords
from hil.report.schema import SCHEMA_DIR, schema_text, schemas
from tests.hil.report.test_figures import BOARD, FULL, clip, deciding, run_of

RUNS = [FULL, run_of(BOARD), run_of(deciding(Head.SIGMOID, (0, 0, 26)), clip("a", None, -1))]


@pytest.mark.parametrize("name", sorted(schemas()))
def test_published_schema_is_that_of_the_model(name: str) -> None:
    remedy = "python -m hil.report.schema writes it anew: review the difference"
    assert (SCHEMA_DIR / name).read_text() == schema_text(schemas()[name]), remedy


def test_no_schema_is_published_that_nothing_is_written_by() -> None:
    assert {path.name for path in SCHEMA_DIR.iterdir()} == set(schemas())


@pytest.mark.parametrize("run", RUNS, ids=["whole", "without-clips", "sigmoid"])
def test_what_is_written_is_read_again(run: RunRecords) -> None:
    for made in (make_report(run, 2.5), make_details(run), make_evidence(run)):
        text = json.dumps(made.as_json(), allow_nan=False)
        assert type(made).model_validate_json(text, strict=True) == made


def test_every_key_of_the_schema_is_always_there() -> None:
    """A script need not ask whether a key is there; null says that a value is not."""
    for model, made in ((Report, make_report(FULL, 1)), (Details, make_details(FULL))):
        schema = model.model_json_schema(mode="serialization")
        assert set(schema["required"]) == set(schema["properties"]) == set(made.as_json())


@pytest.mark.parametrize(
    ("key", "value"),
    [("schema", "mel2metal-report/2"), ("clips", "many"), ("latency", None), ("gates", {})],
)
def test_another_version_or_type_is_refused(key: str, value: Any) -> None:
    content = make_report(FULL, 1).as_json() | {key: value}
    with pytest.raises(ValidationError, match=key):
        Report.model_validate_json(json.dumps(content), strict=True)


def test_a_key_of_a_later_release_is_passed_over() -> None:
    content = make_report(FULL, 1).as_json() | {"weather": "rain"}
    assert Report.model_validate_json(json.dumps(content)) == make_report(FULL, 1)


def test_rule_clock_and_footprint_are_in_it() -> None:
    strict = deciding(Head.SOFTMAX, (26, 26, -128), other=2)
    run = run_of(
        strict,
        ClockRecord("u585", 79_990_000, -0.0125, 0.05),
        ClockRecord("u585", 80_040_000, 0.05, 0.05),
        CycleCounterRecord("u585", 0.001),
    )
    report = make_report(run, 1)
    assert report.decision.thresholds == (0.6015625, 0.6015625, 0.0)
    assert report.decision.other == "rain"
    assert report.clock.core_clock_hz == 80_000_000
    assert report.clock.check is not None
    assert report.clock.check.measured_hz == 80_040_000  # the worst of all processes
    assert report.clock.check.cycle_counter_error_percent == 0.001
    assert report.footprint is not None and report.footprint.limits is not None
    assert report.footprint.image.ram_bytes == 60_000
    assert report.footprint.limits.image_ram_bytes == 131_072
    assert report.footprint.by_part["network"].ram_bytes > 0
    assert report.footprint.memories[0].size_bytes == 786_432
    bare = make_report(run_of(replace(BOARD, footprint={})), 1)
    assert bare.footprint is None
    assert bare.clock.check is None


def test_folds_heard_in_training_are_said_in_words_and_numbers() -> None:
    card = replace(BOARD, trained_folds=(1, 2), cross_validated="94.69 % of 320 clips")
    report = make_report(run_of(card, clip("a", 0, 0), clip("b", 1, 1, fold=5)), 1)
    told = report.trained_on
    assert (told.known, told.folds, told.folds_played) == (True, (1, 2), (1, 5))
    assert (told.folds_played_in_training, told.clips_played_in_training) == ((1,), 1)
    assert (
        "1 of the 2 clips played are among them: on those the accuracy is no measure" in told.text
    )
    alone = make_report(run_of(card, clip("b", 1, 1, fold=5)), 1).trained_on
    assert alone.folds_played_in_training == ()
    assert alone.text.endswith("clips of fold 5 were played, and none of them trained it")
    unknown = make_report(run_of(BOARD, clip("b", 1, 1)), 1).trained_on
    assert not unknown.known
    assert "unknown" in unknown.text
