# SPDX-License-Identifier: Apache-2.0
"""One clip on the board, compared with the host twin and the reference interpreter."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.engines.engine import BUILTIN
from generator.frontend.saturation import count_cells
from generator.host.twin import ClipOutcome, HostTwin
from generator.model.decision import DecisionRule
from generator.model.patches import PatchRule
from generator.wire import DETECTED_BYTES, ClipFlag, mask_of, numbers_in
from hil.clips.clip_set import Clip
from hil.judges.divergence import Divergence, compare
from hil.judges.layers import compare_taps
from hil.link.played import ClipRun
from hil.report.evidence_records import EvidenceRecord, pack_cells
from hil.report.records import ClipRecord, FeaturesRecord
from hil.session import FRAME_FUNCTION, FRONTEND_FUNCTION, NETWORK_FUNCTION, BoardSession
from hil.struck_clip import play_struck
from scoring.truth import true_classes
from sounds.decode import Samples

Int8 = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class CheckedClip:
    """What came of one clip."""

    record: ClipRecord
    features: FeaturesRecord
    evidence: EvidenceRecord
    divergences: list[Divergence]
    """Every stage at which two sides part."""


def check_clip(session: BoardSession, clip: Clip, samples: Samples, clip_id: int) -> CheckedClip:
    """Play a clip, and compare every stage.

    In every cell: features, board against twin. In every class: each patch's scores, board against
    twin and interpreter; sums and decision, board against twin and against their own patches.
    """
    outcome = session.twin.run_clip(samples)
    started_s = time.monotonic()
    run = _play(session, clip, samples, clip_id, outcome)
    wall_seconds = time.monotonic() - started_s
    divergences = [
        *_compare_with_twin(session, clip.name, outcome, run),
        *_compare_with_interpreter(session, clip.name, run),
    ]
    record = make_record(session, clip, run, wall_seconds)
    return CheckedClip(
        record,
        count_features(session, clip, run.features),
        make_evidence(record, clip, run, shown=bool(divergences)),
        divergences,
    )


def _play(
    session: BoardSession, clip: Clip, samples: Samples, clip_id: int, outcome: ClipOutcome
) -> ClipRun:
    """Play it, under the run's faults if there are any; `outcome` is what must come."""
    if session.injection is None:
        return session.play_clip(clip_id, samples, ClipFlag.FEATURES, name=clip.name)

    def is_right(run: ClipRun) -> bool:
        found = _compare_with_twin(session, clip.name, outcome, run)
        return not faults_among(found, session.image.engine)

    return play_struck(
        session,
        session.injection,
        clip_id,
        samples,
        ClipFlag.FEATURES,
        name=clip.name,
        is_right=is_right,
    )


def _compare_with_twin(
    session: BoardSession, clip: str, outcome: ClipOutcome, run: ClipRun
) -> list[Divergence]:
    return [
        *compare_counts(clip, outcome, run),
        *compare_features(clip, outcome.frames, run.features),
        *compare_decisions(clip, outcome, run, session.image.project.info.rule),
    ]


BY_ANOTHER_ENGINE = frozenset(
    {
        "scores, board against host twin",
        "scores, board against interpreter",
        "decision, board against host twin",
        "detected, board against host twin",
    }
)
"""Stages that differ where an engine rounds otherwise than the reference does."""


def faults_among(divergences: Sequence[Divergence], engine: str) -> list[Divergence]:
    """Those that must not be: all of the built-in engine, which promises the reference's bits.

    Of another engine the scores may differ, and what follows from them: that is told, and no
    fault. Features, sums and what is decided from them are the same code for all engines.
    """
    if engine == BUILTIN:
        return list(divergences)
    return [one for one in divergences if one.stage not in BY_ANOTHER_ENGINE]


def compare_counts(clip: str, outcome: ClipOutcome, run: ClipRun) -> list[Divergence]:
    """Samples, samples passed over by the gate, frames, and where each patch begins."""
    result = run.result
    rows: list[tuple[str, list[int], list[int]]] = [
        (
            "counts (samples, gated samples, frames), board against host twin",
            [outcome.samples, outcome.gated_samples, len(outcome.frames)],
            [result.samples, result.gated_samples, result.frames],
        ),
        (
            "first frames of patches, board against host twin",
            [patch.first_frame for patch in outcome.patches],
            [patch.first_frame for patch in run.patches],
        ),
    ]
    found = [compare(clip, stage, ("",), want, got) for stage, want, got in rows]
    return [divergence for divergence in found if divergence is not None]


def compare_features(clip: str, expected: Int8, actual: Int8) -> list[Divergence]:
    """Every int8 cell of the mel frames."""
    found = compare(clip, "features, board against host twin", ("frame", "band"), expected, actual)
    return [found] if found else []


def compare_decisions(
    clip: str, outcome: ClipOutcome, run: ClipRun, rule: DecisionRule
) -> list[Divergence]:
    """Scores of every patch, their sums, the decision and the classes detected."""
    expected = np.array([list(patch.scores) for patch in outcome.patches], np.int8)
    actual = np.array([list(patch.scores) for patch in run.patches], np.int8)
    classes = len(run.result.score_sums)
    sums = actual.reshape(-1, classes).sum(axis=0, dtype=np.int32)
    own = rule.decide([int(value) for value in sums], len(actual))
    result = run.result
    pairs: list[tuple[str, tuple[str, ...], npt.ArrayLike, npt.ArrayLike]] = [
        (
            "scores, board against host twin",
            ("patch", "class"),
            expected.reshape(-1, classes),
            actual.reshape(-1, classes),
        ),
        (
            "score sums, board against its own patches",
            ("class",),
            sums,
            np.array(run.result.score_sums, np.int32),
        ),
        (
            "patches, clip result against those that came",
            ("",),
            [len(actual)],
            [run.result.patches],
        ),
        ("decision, board against host twin", ("",), [outcome.decision], [result.decision]),
        ("decision, board against its own sums", ("",), [own.label], [result.decision]),
        (
            "detected, board against host twin",
            ("class",),
            _mask(outcome.detected),
            _bits(result.detected),
        ),
        (
            "detected, board against its own sums",
            ("class",),
            _mask(own.detected),
            _bits(result.detected),
        ),
    ]
    found = [compare(clip, stage, axes, want, got) for stage, axes, want, got in pairs]
    return [divergence for divergence in found if divergence is not None]


def _bits(mask: bytes) -> npt.NDArray[np.uint8]:
    """CLIP_RESULT's mask as 0 and 1, one a class."""
    return np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little")


def _mask(detected: Sequence[int]) -> npt.NDArray[np.uint8]:
    """Classes as 0 and 1, as long as the mask on the wire."""
    return _bits(mask_of(detected, DETECTED_BYTES))


def _compare_with_interpreter(session: BoardSession, clip: str, run: ClipRun) -> list[Divergence]:
    """Scores of every patch against BUILTIN_REF, fed with what the board's front-end made."""
    found: list[Divergence] = []
    cut = [patch_frames(run.features, one.first_frame, session.patches) for one in run.patches]
    session.oracle.begin_clip()
    expected = [session.oracle.scores(frames) for frames in cut]
    for patch, frames, scores in zip(run.patches, cut, expected, strict=True):
        place = f"{clip}, patch {patch.patch_index}"
        divergence = compare(
            place,
            "scores, board against interpreter",
            ("class",),
            scores,
            np.array(patch.scores, np.int8),
        )
        if divergence is not None:
            found.append(divergence)
            found += explain(place, session.twin, session, frames)
    return found


def explain(place: str, twin: HostTwin, session: BoardSession, frames: Int8) -> list[Divergence]:
    """The first layer at which the host twin parts from the interpreter, if it does.

    Variables begin again on both sides, as if the patch were a clip's first.
    """
    session.oracle.begin_clip()
    names = session.oracle.operator_names
    ours = twin.taps(frames)
    theirs = session.oracle.taps(frames)
    expected = {index: tensor for index, tensor in theirs.items() if index in ours}
    differing = compare_taps(place, "host twin against interpreter", names, expected, ours)
    return differing[:1]


def patch_frames(features: Int8, first_frame: int, rule: PatchRule) -> Int8:
    """The frames of one patch of a clip.

    A clip that ends before its first patch is complete repeats its last `rule.kept` frames
    until it is (docs/frontend.md); written here on its own, from the rule.
    """
    whole = features[first_frame : first_frame + rule.frames]
    missing = rule.frames - len(whole)
    if not missing:
        return whole
    recent = features[-rule.kept :]
    return np.concatenate([whole, recent[np.arange(missing) % len(recent)]])


def make_record(session: BoardSession, clip: Clip, run: ClipRun, wall_seconds: float) -> ClipRecord:
    """What the report needs of a clip."""
    project = session.image.project.info
    last = run.patches[-1] if run.patches else None
    network = _per_call(session, NETWORK_FUNCTION)
    counted = not run.retries  # the meters also saw the attempts that failed
    return ClipRecord(
        board=session.board.spec.id,
        clip=clip.name,
        fold=clip.fold,
        truth=true_classes(clip.labels, project.labels, project.rule) if clip.label else None,
        decision=run.result.decision,
        detected=numbers_in(run.result.detected),
        samples=run.result.samples,
        gated_samples=run.result.gated_samples,
        frames=run.result.frames,
        network_cycles=tuple(patch.network_cycles for patch in run.patches),
        # A clip that ends within its first patch has it filled up at once: its delay means nothing.
        answer_cycles=()
        if run.result.frames < session.hello.frames
        else tuple(patch.answer_cycles for patch in run.patches),
        network_instructions=(
            sum_patches(network, session.hello.frames, len(run.patches)) if counted else ()
        ),
        frontend_cycles=sum(patch.frontend_cycles for patch in run.patches),
        frontend_frames=min(run.result.frames, last.first_frame + session.hello.frames)
        if last
        else 0,
        frontend_instructions=count_frontend(
            _per_call(session, FRONTEND_FUNCTION), _per_call(session, FRAME_FUNCTION)
        )
        if counted
        else (0, 0),
        retries=run.retries,
        resumptions=len(run.resumptions),
        wall_seconds=wall_seconds,
    )


def count_features(session: BoardSession, clip: Clip, features: Int8) -> FeaturesRecord:
    """The board's own features of a clip, as the report holds them against the model's range."""
    scale, zero_point = session.oracle.input_scale
    return FeaturesRecord(
        board=session.board.spec.id,
        clip=clip.name,
        rate_hz=clip.rate_hz,
        frames=len(features),
        counts=tuple(count_cells(features).tolist()),
        scale=scale,
        zero_point=zero_point,
    )


def make_evidence(record: ClipRecord, clip: Clip, run: ClipRun, *, shown: bool) -> EvidenceRecord:
    """The scores of every patch; the features too where the clip is wrong, or `shown`."""
    outcome = record.outcome
    wrong = outcome is not None and not outcome.right
    return EvidenceRecord(
        board=record.board,
        clip=clip.name,
        audio="" if clip.path is None else str(clip.path.resolve()),
        first_frames=tuple(patch.first_frame for patch in run.patches),
        scores=tuple(tuple(patch.scores) for patch in run.patches),
        bands=run.features.shape[1],
        cells=pack_cells(run.features) if wrong or shown else "",
    )


def _per_call(session: BoardSession, function: str) -> Sequence[int]:
    meter = session.meters.get(function)
    return meter.per_call_instructions if meter is not None else ()


def count_frontend(pushes: Sequence[int], frames: Sequence[int]) -> tuple[int, int]:
    """Instructions of gate and mel front-end, and the frames they made; (0, 0) if not counted.

    `pushes` are those of pushed samples, with all that a complete frame sets off; `frames` are what
    it sets off, the network above all. The firmware's frontend_cycles leave out the same part.
    """
    return (sum(pushes) - sum(frames), len(frames)) if pushes and frames else (0, 0)


def sum_patches(per_push: Sequence[int], frames: int, patches: int) -> tuple[int, ...]:
    """Instructions of each complete patch, from those of every frame pushed; () if not counted."""
    if len(per_push) < frames * patches:
        return ()
    return tuple(sum(per_push[at * frames : (at + 1) * frames]) for at in range(patches))
