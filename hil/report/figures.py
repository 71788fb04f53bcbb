# SPDX-License-Identifier: Apache-2.0
"""From the records of a run to its report (hil/report/model.py).

What was not measured is None; so are counts that cannot be taken, such as instructions on silicon.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt

from generator.model.decision import SHARE_STEPS, UNDECIDED, ZERO_SHARE_STEP
from generator.project.manifest import FrontendInfo
from hil.report.check_records import weights_check_of
from hil.report.completeness import why_incomplete
from hil.report.features import judge_features
from hil.report.model import (
    REPORT_SCHEMA,
    Clock,
    Decision,
    Footprint,
    FrontendFigures,
    Latency,
    Report,
    TestCounts,
)
from hil.report.records import BoardRecord, ClipRecord, RunRecords
from hil.report.run_folder import utc_text
from hil.report.struck import sum_faults
from hil.report.tool import describe_tool
from hil.report.trained_on import judge_trained_on
from scoring.accuracy import Accuracy, clip_accuracy
from scoring.outcomes import confusion_matrix

REFERENCE_CLOCK_HZ = 160_000_000
"""Clock of the board that ST publishes figures for; cycles are also given in its milliseconds."""


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
    return clip_accuracy(records.outcomes)


def confusion_of(records: RunRecords, classes: int) -> npt.NDArray[np.int64]:
    """The confusion matrix of a head that gives one class per clip."""
    return confusion_matrix(records.outcomes, classes)


def count_undecided(records: RunRecords) -> int:
    """Clips of which no class reached its threshold: of a softmax head without an other class."""
    return sum(clip.decision == UNDECIDED for clip in records.clips.values())


def make_report(records: RunRecords, wall_seconds: float) -> Report:
    """Sum up a run; needs the board's record. Gates are judged afterwards, from the report."""
    board = records.board
    if board is None:
        raise ValueError("no board was opened in this run")
    clips = records.clips_in_order
    accuracy = measure_accuracy(records)
    reasons = why_incomplete(records)
    return Report(
        schema_id=REPORT_SCHEMA,
        board=board.board,
        virtual=board.virtual,
        started_at=utc_text(records.started_at),
        resumed_at=tuple(records.resumed_at),
        wall_seconds=wall_seconds,
        tool=describe_tool(),
        complete=not reasons,
        incomplete_because=reasons,
        passed=not records.failed_tests,
        tests=TestCounts(
            selected=len(records.selected_tests),
            finished=len(records.finished_tests),
            failed=len(records.failed_tests),
        ),
        engine=board.identity.engine,
        toolchain=board.toolchain,
        device=dict(sorted(board.properties.items())),
        model_file=board.model,
        model_sha256=board.project.model_sha256,
        firmware_sha256=board.identity.firmware_sha256,
        labels=board.project.labels,
        decision=decision_of(board),
        clock=Clock(core_clock_hz=board.identity.core_clock_hz, check=records.clock_check),
        frontend=frontend_figures(board.project.frontend),
        clips=len(clips),
        patches=sum(clip.patches for clip in clips),
        accuracy=None if accuracy is None else accuracy.value,
        accuracy_low=None if accuracy is None else accuracy.low,
        accuracy_high=None if accuracy is None else accuracy.high,
        accuracy_unmeasured=why_unmeasured(records),
        trained_on=judge_trained_on(records),
        latency=measure_latency(clips, board),
        features=judge_features(records),
        footprint=footprint_of(board),
        stack_bound_bytes=_stack_bound(board),
        stack_high_water_bytes=records.memory.stack_high_water_bytes if records.memory else None,
        weights_check=weights_check_of(records.checks),
        divergences=records.divergences_total,
        retries=len(records.retries),
        flaky_tests=len(records.flaky_tests),
        faults=sum_faults(records.faults),
        gates=(),
    )


def why_unmeasured(records: RunRecords) -> str:
    """Why there is no accuracy; empty where there is one."""
    if measure_accuracy(records) is not None:
        return ""
    return (records.board.accuracy_unmeasured if records.board else "") or "no clip was played"


def frontend_figures(info: FrontendInfo) -> FrontendFigures:
    """From project.json."""
    return FrontendFigures(**{name: getattr(info, name) for name in FrontendFigures.model_fields})


def decision_of(board: BoardRecord) -> Decision:
    """The image's rule; thresholds as shares."""
    rule = board.project.rule
    shares = tuple((step - ZERO_SHARE_STEP) / SHARE_STEPS for step in rule.thresholds)
    return Decision(
        head=rule.head.value,
        text=board.project.rule_text,
        thresholds=shares if rule.has_thresholds else None,
        other=None if rule.other is None else board.project.labels[rule.other],
    )


def _stack_bound(board: BoardRecord) -> int | None:
    footprint = footprint_of(board)
    return footprint.stack.bound_bytes if footprint and footprint.stack else None


def footprint_of(board: BoardRecord) -> Footprint | None:
    """RAM and flash of the image, with what its board has and allows."""
    if not board.footprint:
        return None
    content = {**board.footprint, "limits": board.limits, "memories": board.memories}
    return Footprint.model_validate(content)
