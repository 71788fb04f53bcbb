# SPDX-License-Identifier: Apache-2.0
"""The clips that were decided wrong: what the board heard, saw and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from generator.model.decision import Head
from hil.report.details import Details
from hil.report.evidence import ClipEvidence, Evidence
from hil.report.evidence_records import unpack_cells
from hil.report.html.accuracy import UNDECIDED_COLUMNS
from hil.report.html.drawings.scores import Curve, Heard, draw_clip
from hil.report.html.sound import Sound
from hil.report.model import Report
from hil.report.records import ClipRecord


@dataclass(frozen=True, slots=True)
class ShownClip:
    """One clip with its picture and sound."""

    name: str
    fold: int
    truth: str
    decided: str
    wrong: bool
    """False for a clip that is shown for a failed test alone."""

    failed: bool
    """A test of it failed."""

    seconds: float
    patches: int
    gated_seconds: float
    """Dropped as silence: the picture's time leaves it out."""

    drawing: Markup
    sound: Sound


@dataclass(frozen=True, slots=True)
class ListedClip:
    """One clip of those that are only named."""

    name: str
    fold: int
    truth: str
    decided: str


@dataclass(frozen=True, slots=True)
class ClipsSection:
    """All clips that failed or were wrong."""

    total: int
    shown: tuple[ShownClip, ...]
    listed: tuple[ListedClip, ...]


def make_clips(
    report: Report, details: Details, evidence: Evidence, sounds: Mapping[str, Sound]
) -> ClipsSection:
    """Those with features are shown, the others listed; a clip that was never played is neither."""
    by_name = {clip.clip: clip for clip in details.clips}
    wrong = [by_name[name] for name in evidence.wrong if name in by_name]
    shown = []
    listed = []
    for clip in wrong:
        known = evidence.clips.get(clip.clip)
        if known is not None and known.features:
            sound = sounds.get(clip.clip, Sound("", "its sound is not in this page"))
            shown.append(_show(clip, known, (report, details, evidence), sound))
        else:
            listed.append(
                ListedClip(
                    clip.clip,
                    clip.fold,
                    truth_text(clip, details.labels),
                    decided_text(clip, details),
                )
            )
    return ClipsSection(len(wrong), tuple(shown), tuple(listed))


def truth_text(clip: ClipRecord, labels: Sequence[str]) -> str:
    """`dog+rain`; what a clip holds, of what the model knows."""
    if clip.truth is None:
        return "not known"
    return "+".join(labels[number] for number in clip.truth) or "no class of the model"


def decided_text(clip: ClipRecord, details: Details) -> str:
    """What was detected, or that nothing was."""
    if clip.detected:
        return "+".join(details.labels[number] for number in clip.detected)
    if details.head == Head.SIGMOID and clip.decision != -1:
        return "nothing"
    return UNDECIDED_COLUMNS[0 if clip.decision == -1 else 1]


def _show(
    clip: ClipRecord,
    known: ClipEvidence,
    files: tuple[Report, Details, Evidence],
    sound: Sound,
) -> ShownClip:
    report, details, evidence = files
    cells = unpack_cells(known.features, evidence.bands)
    hop_s = evidence.hop_ms / 1e3
    middles_s = [(first + evidence.patch_frames / 2) * hop_s for first in known.first_frames]
    seconds = max([len(cells) * hop_s, *middles_s])
    return ShownClip(
        name=clip.clip,
        fold=clip.fold,
        truth=truth_text(clip, details.labels),
        decided=decided_text(clip, details),
        wrong=clip.outcome is not None and not clip.outcome.right,
        failed=clip.clip in details.clips_failed,
        seconds=clip.samples / evidence.sample_rate_hz,
        patches=len(known.scores),
        gated_seconds=clip.gated_samples / evidence.sample_rate_hz,
        drawing=draw_clip(
            Heard(clip.clip, seconds, cells, tuple(middles_s)),
            _curves(clip, known, details),
            _threshold(clip, report),
        ),
        sound=sound,
    )


def _threshold(clip: ClipRecord, report: Report) -> float | None:
    """Of the true class, where there is one class and a threshold."""
    thresholds = report.decision.thresholds
    if thresholds is None or clip.truth is None or len(clip.truth) != 1:
        return None
    return thresholds[clip.truth[0]]


def _curves(clip: ClipRecord, known: ClipEvidence, details: Details) -> list[Curve]:
    is_share = details.head != Head.LOGITS
    curves = []
    for number, label in enumerate(details.labels):
        scores = [patch[number] for patch in known.scores]
        values = tuple((score + 128) / 256 if is_share else float(score) for score in scores)
        in_truth = number in (clip.truth or ())
        kind = "true" if in_truth else "decided" if number in clip.detected else "other"
        curves.append(Curve(label, values, kind))
    return curves
