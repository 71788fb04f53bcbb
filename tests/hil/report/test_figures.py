# SPDX-License-Identifier: Apache-2.0
"""Records to report: keys fixed, values right, nothing claimed that was not measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.model.decision import DecisionRule, Head
from generator.model.published import MODEL_SHA256
from generator.project.manifest import ProjectInfo
from hil.boards.identity import Identity
from hil.report.details import make_details
from hil.report.figures import make_report
from hil.report.model import ImageLimits, MemoryRegion
from hil.report.picture import draw_report
from hil.report.records import (
    BoardRecord,
    ClipRecord,
    DivergenceRecord,
    LayersRecord,
    MemoryRecord,
    Record,
    RunRecords,
    from_plain,
    to_plain,
)
from hil.report.text import summary_text
from tests.support.footprints import footprint
from tests.support.frontends import frontend_info

PROJECT = ProjectInfo(
    board="u585",
    name="u585",
    model_name="model",
    model_sha256="ab" * 32,
    labels=("cat", "dog", "rain"),
    rule=DecisionRule(Head.SOFTMAX, (-128, -128, -128)),
    taps=False,
    generator_version="0",
    frontend=frontend_info(),
)
BOARD = BoardRecord(
    board="u585",
    virtual=True,
    cycles_are="estimated",
    identity=Identity(PROJECT, "builtin", 80_000_000, "cd" * 32),
    model="model.tflite",
    toolchain="gcc 13.2.1",
    accuracy_unmeasured="",
    source="esc10",
    properties={"port": "virtual://u585"},
    footprint=footprint(),
    limits=ImageLimits(
        image_ram_bytes=131_072,
        image_flash_bytes=524_288,
        activation_ram_bytes=49_152,
        stack_bytes=2048,
    ),
    memories=(MemoryRegion(name="ram", kind="ram", origin=0x2000_0000, size_bytes=786_432),),
)


def deciding(head: Head, thresholds: tuple[int, ...], other: int | None = None) -> BoardRecord:
    """The board with another decision rule."""
    project = replace(PROJECT, rule=DecisionRule(head, thresholds, other))
    return replace(BOARD, identity=replace(BOARD.identity, project=project))


def clip(name: str, truth: int | None, decision: int, **changes: Any) -> ClipRecord:
    record = ClipRecord(
        board="u585",
        clip=name,
        fold=1,
        truth=None if truth is None else (truth,),
        decision=decision,
        detected=(decision,) if decision >= 0 else (),
        samples=80_000,
        gated_samples=0,
        frames=497,
        network_cycles=(16_000_000, 32_000_000),
        answer_cycles=(400_000, 400_000),
        network_instructions=(10, 30),
        frontend_cycles=100_000,
        frontend_frames=168,
        frontend_instructions=(49_700, 497),
        retries=(),
        wall_seconds=1.0,
    )
    return replace(record, **changes)


def several(
    name: str, truth: tuple[int, ...], decision: int, detected: tuple[int, ...]
) -> ClipRecord:
    """A clip of a sigmoid model."""
    return replace(clip(name, None, decision), truth=truth, detected=detected)


MEMORY = MemoryRecord("u585", 8192, 1000, 8192, 4000, 4096, 100, 34_816, 60_000, 0, 0, 0)


def run_of(*records: Record) -> RunRecords:
    run = RunRecords()
    for record in records:
        run.add(record)
    return run


FULL = run_of(
    BOARD,
    clip("b", 1, 1),
    clip("a", 0, 0),
    clip("c", 2, 0, retries=("damaged",)),
    clip("d", 2, 2, network_cycles=(), answer_cycles=(), network_instructions=()),
    MEMORY,
    replace(MEMORY, stack_high_water_bytes=1200, rx_high_water_bytes=10),
)


def test_figures_are_means_over_patches_and_frames() -> None:
    report = make_report(FULL, 12.5)
    assert (report.clips, report.patches) == (4, 6)
    assert report.accuracy == 0.75
    assert report.accuracy_low is not None
    assert report.accuracy_low < 0.75
    latency = report.latency
    assert latency.network_cycles == 24_000_000
    assert latency.network_ms_at_160mhz == 150
    assert latency.network_instructions == 20
    assert latency.frontend_instructions_per_frame == 100
    assert latency.frontend_cycles_per_frame == pytest.approx(400_000 / (4 * 168))
    assert latency.answer_delay_ms == 5  # at the board's own 80 MHz
    assert report.stack_high_water_bytes == 1200
    assert report.wall_seconds == 12.5


def test_divergences_are_summed_over_all_elements() -> None:
    run = run_of(
        BOARD, DivergenceRecord("u585", 3, "a: first"), DivergenceRecord("u585", 4, "b: second")
    )
    assert make_report(run, 1).divergences == 7
    assert make_details(run).as_json()["divergences"] == ["a: first", "b: second"]


def test_zero_divergences_are_promised_only_by_a_whole_run() -> None:
    nothing = run_of(BOARD)
    assert make_report(nothing, 1).divergences is None
    assert "nothing was compared" in summary_text(nothing, make_report(nothing, 1), 80)
    run = run_of(BOARD, clip("a", 0, 0))
    assert make_report(run, 1).divergences == 0
    run.selected_clips |= {"a", "b"}
    assert make_report(run, 1).divergences is None
    run.add(clip("b", 0, 0))
    assert make_report(run, 1).divergences == 0
    run.failed_tests["test_x[u585-b]"] = "b"
    assert make_report(run, 1).divergences is None
    text = summary_text(run, make_report(run, 1), 80)
    assert "2 selected, 2 played, 1 FAILED" in text
    assert "1 test FAILED" in text
    assert "divergences: 0" not in text
    run.add(DivergenceRecord("u585", 3, "a: first"))
    assert make_report(run, 1).divergences == 3


def test_layers_alone_are_a_comparison() -> None:
    assert make_report(run_of(BOARD, LayersRecord("u585", "zero")), 1).divergences == 0


def test_accuracy_without_labels_is_null_and_the_reason_is_told() -> None:
    run = run_of(replace(BOARD, accuracy_unmeasured="no labels"), clip("a", None, 1))
    report = make_report(run, 1)
    assert (report.accuracy, report.accuracy_low, report.accuracy_high) == (None, None, None)
    text = summary_text(run, report, 100)
    assert "not measured: no labels" in text
    assert make_details(run).as_json()["confusion"] is None


def test_accuracy_on_clips_that_trained_the_model_is_named_so() -> None:
    card = replace(BOARD, trained_folds=(1, 2), cross_validated="94.69 % of 320 clips")
    run = run_of(card, clip("a", 0, 0), clip("b", 1, 1, fold=2))
    text = summary_text(run, make_report(run, 1), 80)
    assert "NO MEASURE OF ACCURACY: folds 1, 2 trained this model" in text
    assert "cross-validated: 94.69 % of 320 clips" in text
    assert "100.00!" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert make_details(run).as_json()["folds_trained_on"] == [1, 2]
    run.add(clip("c", 2, 0, fold=5))
    assert "on the 1 clips of other folds: 0.00 %" in summary_text(run, make_report(run, 1), 80)


def test_accuracy_on_clips_never_heard_needs_no_caveat() -> None:
    card = replace(BOARD, trained_folds=(1, 2), cross_validated="94.69 % of 320 clips")
    run = run_of(card, clip("a", 0, 0, fold=5))
    text = summary_text(run, make_report(run, 1), 80)
    assert "NO MEASURE" not in text
    assert "100.00!" not in text
    unlabelled = run_of(replace(card, accuracy_unmeasured="no labels"), clip("a", None, 0))
    assert "NO MEASURE" not in summary_text(unlabelled, make_report(unlabelled, 1), 80)


def test_clips_that_remain_undecided_are_counted_apart() -> None:
    strict = deciding(Head.SOFTMAX, (26, 26, 26))
    run = run_of(strict, clip("a", 0, 0), clip("b", 1, -2), clip("c", 2, 0), clip("d", 2, -1))
    report = make_report(run, 1)
    assert report.accuracy == 0.25
    text = summary_text(run, report, 100)
    assert "decision     softmax, threshold 0.602; below it: undecided" in text
    assert "1 of 4 clips, counted wrong; of those decided 50.00 % right" in text
    details = make_details(run).as_json()
    assert details["undecided"] == 1
    assert details["confusion"]["counts"] == [[0, 0, 1, 0, 0], [0, 1, 0, 0, 0], [1, 0, 1, 0, 0]]
    assert "undecided" not in summary_text(FULL, make_report(FULL, 1), 100)


def test_with_an_other_class_no_clip_is_undecided() -> None:
    run = run_of(deciding(Head.SOFTMAX, (26, 26, 26), other=2), clip("a", 2, 2))
    text = summary_text(run, make_report(run, 1), 100)
    assert "below it: rain" in text
    assert "undecided" not in text


def test_sigmoid_has_precision_and_recall_in_place_of_confusion() -> None:
    board = deciding(Head.SIGMOID, (0, 0, 0))
    run = run_of(
        board,
        several("a", (0, 1), 1, (0, 1)),
        several("b", (), -2, ()),
        several("c", (), 0, (0,)),
        several("d", (1,), -2, ()),
    )
    report = make_report(run, 1)
    assert report.accuracy == 0.5
    text = summary_text(run, report, 100)
    assert "classes      cat   precision 50.0 % (1/2), recall 100.0 % (1/1)" in text
    assert "             dog   precision 100.0 % (1/1), recall 50.0 % (1/2)" in text
    assert "             rain  precision - (never), recall - (never)" in text
    details = make_details(run).as_json()
    assert details["confusion"] is None
    assert details["classes"][0] == {
        **{"label": "cat", "found": 1, "missed": 0, "false_alarms": 1},
        **{"precision": 0.5, "recall": 1.0},
    }
    assert details["clips"][0]["truth"] == [0, 1]
    json.dumps(details, allow_nan=False)


def test_a_rule_is_told_even_where_accuracy_is_not_measured() -> None:
    board = replace(deciding(Head.SIGMOID, (0, 0, 0)), accuracy_unmeasured="no labels")
    run = run_of(board, clip("a", None, 1))
    text = summary_text(run, make_report(run, 1), 100)
    assert "decision     sigmoid, threshold 0.500" in text
    assert "precision" not in text


def test_silicon_has_no_instruction_counts() -> None:
    run = run_of(
        replace(BOARD, virtual=False, cycles_are="measured"),
        clip("a", 0, 0, network_instructions=(), frontend_instructions=(0, 0)),
    )
    latency = make_report(run, 1).latency
    assert latency.network_instructions is None
    assert latency.frontend_instructions_per_frame is None
    assert latency.network_cycles == 24_000_000


def test_run_without_clips_still_makes_a_report() -> None:
    report = make_report(run_of(BOARD), 1)
    assert report.clips == 0
    assert report.latency.network_cycles is None
    json.dumps(report.as_json(), allow_nan=False)


def of_model(run: RunRecords, **changes: Any) -> RunRecords:
    """The same run of another model."""
    assert run.board is not None
    identity = run.board.identity
    project = replace(identity.project, **changes)
    return replace(run, board=replace(run.board, identity=replace(identity, project=project)))


def test_summary_shows_our_columns_beside_the_published_ones() -> None:
    full = of_model(FULL, model_sha256=MODEL_SHA256)
    text = summary_text(full, make_report(full, 12.5), 80)
    assert "~150.00" in text
    assert "A patch of 96 frames (982 ms)" in text
    assert "one every 72 frames, 720 ms" in text
    short = of_model(run_of(BOARD), frontend=frontend_info(frames=48))
    assert "A patch of 48 frames (502 ms)" in summary_text(short, make_report(short, 1), 80)
    ours, theirs = (
        next(line for line in text.splitlines() if engine in line)
        for engine in ("mel2metal builtin", "X-CUBE-AI 7.3")
    )
    for cell in ("34.0", "1.0", "35.0", "136.0", "10.0", "146.0"):
        assert cell in ours
    for cell in ("109.5", "8.3", "117.9", "135.9", "52.6", "188.5"):
        assert cell in theirs
    assert "281.95" in text
    assert "75.00" in text
    assert "1 retried" in text
    assert "divergences: 0" in text
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("record", [BOARD, clip("a", None, -1), MEMORY])
def test_records_travel_as_plain_values(record: Record) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(record)))) == record
    assert from_plain(to_plain(record)) == record


def test_order_of_processes_does_not_show() -> None:
    records = [clip(name, 0, 0) for name in "abc"]
    one = make_details(run_of(BOARD, *records))
    other = make_details(run_of(*reversed(records), BOARD))
    assert one == other


SEVERAL = run_of(
    deciding(Head.SIGMOID, (0, 0, 0)),
    several("a", (0, 1), 1, (0, 1)),
    several("b", (), 2, (2,)),
)
UNDECIDED = run_of(deciding(Head.SOFTMAX, (26, 26, 26)), clip("a", 0, -2), clip("b", 1, -1))


@pytest.mark.parametrize(
    "run", [FULL, SEVERAL, UNDECIDED, run_of(replace(BOARD, accuracy_unmeasured="none"))]
)
def test_picture_is_a_png(run: RunRecords, tmp_path: Path) -> None:
    draw_report(tmp_path / "report.png", make_report(run, 1), make_details(run))
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
