# SPDX-License-Identifier: Apache-2.0
"""From the records of a run to `report.json`: its keys are fixed, others read them.

`accuracy`, `accuracy_low` and `accuracy_high` are null where accuracy was not measured; counts that
cannot be taken, such as instructions on silicon, are null as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.frontend.saturation import Saturation
from generator.model.decision import UNDECIDED, Head
from generator.project.manifest import FrontendInfo
from hil.report.features import judge_features
from hil.report.records import BoardRecord, ClipRecord, RunRecords
from scoring.accuracy import Accuracy, clip_accuracy
from scoring.outcomes import Outcome, confusion_matrix, count_classes

REFERENCE_CLOCK_HZ = 160_000_000
"""Clock of the board that ST publishes figures for; cycles are also given in its milliseconds."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Cost of one patch and one frame; None where it was not counted or no patch came."""

    network_instructions: float | None
    network_cycles: float | None
    cycles_are: str
    network_ms_at_160mhz: float | None
    frontend_instructions_per_frame: float | None
    frontend_cycles_per_frame: float | None
    answer_delay_ms: float | None
    real_time_margin_percent: float | None
    """Of the time from one patch to the next, what its work leaves free; 0 or less: the board does
    not keep up."""


@dataclass(frozen=True, slots=True)
class FrontendFigures:
    """The front-end's record, by what a report is read for."""

    name: str
    sha256: str
    sample_rate_hz: int
    features: int
    patch_frames: int
    overlap_frames: int
    patch_ms: float
    """From a patch's first sample to its last."""

    step_ms: float
    """From one patch to the next."""

    @classmethod
    def of(cls, info: FrontendInfo) -> FrontendFigures:
        """From project.json."""
        return cls(**{item.name: getattr(info, item.name) for item in fields(cls)})


@dataclass(frozen=True, slots=True)
class Report:
    """One run on one board. Field names are the keys of report.json."""

    board: str
    virtual: bool
    engine: str
    model_sha256: str
    firmware_sha256: str
    toolchain: str
    labels: tuple[str, ...]
    """The classes, in the model's order."""

    frontend: FrontendFigures
    clips: int
    patches: int
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    latency: Latency
    features: Saturation | None
    """Of the clips played, in the range of the model's input; None: none came."""

    stack_high_water_bytes: int | None
    divergences: int | None
    retries: int
    """Steps of recovery."""

    flaky_tests: int
    """Tests that passed, but needed one."""

    wall_seconds: float

    def as_json(self) -> dict[str, Any]:
        """The content of report.json."""
        return asdict(self)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def measure_latency(clips: Sequence[ClipRecord], board: BoardRecord) -> Latency:
    """Means over all patches and all frames of the clips."""
    core_clock_hz, frontend = board.identity.core_clock_hz, board.project.frontend
    cycles = _mean([value for clip in clips for value in clip.network_cycles])
    answer_cycles = _mean([value for clip in clips for value in clip.answer_cycles])
    frontend_frames = sum(clip.frontend_frames for clip in clips)
    counted_frames = sum(clip.frontend_instructions[1] for clip in clips)
    frame_cycles = (
        sum(clip.frontend_cycles for clip in clips) / frontend_frames if frontend_frames else None
    )
    margin_percent = None
    if cycles is not None and frame_cycles is not None:
        work_cycles = cycles + frame_cycles * frontend.patches.step
        margin_percent = 100 * (1 - 1e3 * work_cycles / core_clock_hz / frontend.step_ms)
    return Latency(
        network_instructions=_mean([n for clip in clips for n in clip.network_instructions]),
        network_cycles=cycles,
        cycles_are=board.cycles_are,
        network_ms_at_160mhz=None if cycles is None else 1e3 * cycles / REFERENCE_CLOCK_HZ,
        frontend_instructions_per_frame=(
            sum(clip.frontend_instructions[0] for clip in clips) / counted_frames
            if counted_frames
            else None
        ),
        frontend_cycles_per_frame=frame_cycles,
        answer_delay_ms=None if answer_cycles is None else 1e3 * answer_cycles / core_clock_hz,
        real_time_margin_percent=margin_percent,
    )


def measure_accuracy(records: RunRecords) -> Accuracy | None:
    """Clip accuracy; None where labels or truth are missing."""
    if records.board is None or records.board.accuracy_unmeasured:
        return None
    return clip_accuracy(outcomes(records))


def trained_folds_played(records: RunRecords) -> list[int]:
    """Folds of the clips played that also trained the model: no measure of its accuracy."""
    if records.board is None or records.board.accuracy_unmeasured:
        return []
    played = {clip.fold for clip in records.clips.values() if clip.truth is not None}
    return sorted(played & set(records.board.trained_folds))


def measure_untrained(records: RunRecords) -> Accuracy | None:
    """Accuracy on the clips of folds that did not train the model; None if there are none."""
    trained = trained_folds_played(records)
    played = (clip for clip in records.clips_in_order if clip.fold not in trained)
    return clip_accuracy(clip.outcome for clip in played if clip.outcome is not None)


def outcomes(records: RunRecords) -> list[Outcome]:
    """Truth and what was detected, of every clip whose truth is known."""
    return [clip.outcome for clip in records.clips_in_order if clip.outcome is not None]


def confusion_of(records: RunRecords, classes: int) -> npt.NDArray[np.int64]:
    """The confusion matrix of a head that gives one class per clip."""
    return confusion_matrix(outcomes(records), classes)


def count_undecided(records: RunRecords) -> int:
    """Clips of which no class reached its threshold: of a softmax head without an other class."""
    return sum(clip.decision == UNDECIDED for clip in records.clips.values())


def make_report(records: RunRecords, wall_seconds: float) -> Report:
    """Sum up a run; needs the board's record."""
    board = records.board
    if board is None:
        raise ValueError("no board was opened in this run")
    clips = records.clips_in_order
    accuracy = measure_accuracy(records)
    return Report(
        board=board.board,
        virtual=board.virtual,
        engine=board.identity.engine,
        model_sha256=board.project.model_sha256,
        firmware_sha256=board.identity.firmware_sha256,
        toolchain=board.toolchain,
        labels=board.project.labels,
        frontend=FrontendFigures.of(board.project.frontend),
        clips=len(clips),
        patches=sum(clip.patches for clip in clips),
        accuracy=None if accuracy is None else accuracy.value,
        accuracy_low=None if accuracy is None else accuracy.low,
        accuracy_high=None if accuracy is None else accuracy.high,
        latency=measure_latency(clips, board),
        features=judge_features(records),
        stack_high_water_bytes=records.memory.stack_high_water_bytes if records.memory else None,
        divergences=records.divergences_total,
        retries=len(records.retries),
        flaky_tests=len(records.flaky_tests),
        wall_seconds=wall_seconds,
    )


def make_details(records: RunRecords) -> dict[str, Any]:
    """What the report was made from: every clip, confusion, first divergences, memory."""
    board = records.board
    labels = list(board.project.labels) if board else []
    head = board.project.rule.head if board else None
    measured = board is not None and not board.accuracy_unmeasured
    return {
        "source": board.source if board else "",
        "clips_selected": len(records.selected_clips),
        "clips_played": len(records.clips),
        "clips_failed": records.failed_clips,
        "tests_failed": sorted(records.failed_tests),
        "layer_inputs_compared": len(records.layer_inputs),
        "accuracy_unmeasured": board.accuracy_unmeasured if board else "",
        "folds_trained_on": trained_folds_played(records),
        "cross_validated": board.cross_validated if board else "",
        "labels": labels,
        "head": head.value if head else "",
        "decision": board.project.rule_text if board else "",
        "undecided": None if head is Head.SIGMOID else count_undecided(records),
        "confusion": (
            {
                "rows": "true class",
                "columns": "no patch, undecided, then decided class",
                "counts": confusion_of(records, len(labels)).tolist(),
            }
            if measured and head is Head.SOFTMAX
            else None
        ),
        "classes": (
            [
                {
                    **{"label": label, "found": count.found, "missed": count.missed},
                    **{"false_alarms": count.false_alarms},
                    **{"precision": count.precision, "recall": count.recall},
                }
                for label, count in zip(
                    labels, count_classes(outcomes(records), len(labels)), strict=True
                )
            ]
            if measured
            else None
        ),
        "retries": [asdict(retry) for retry in records.retries],
        "flaky_tests": records.flaky_tests,
        "divergences": [divergence.text for divergence in records.divergences],
        "memory": asdict(records.memory) if records.memory else None,
        "clips": [asdict(clip) for clip in records.clips_in_order],
    }


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f"{path.suffix}.{os.getpid()}.part")
    part.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(path)
