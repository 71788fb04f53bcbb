# SPDX-License-Identifier: Apache-2.0
"""`evidence.json`: what the page shows beside the figures of report and details.

Scores of every patch of every clip; features, and the place of the sound, of the clips that are
shown; where the image lies in memory; what each operator cost. The clips shown are bounded, so that
the page stays one that a browser opens at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from hil.boards.memory_map import PlacedSection
from hil.report.evidence_records import EvidenceRecord, LayerCostRecord
from hil.report.records import ClipRecord, RunRecords
from hil.report.section import Section

EVIDENCE_SCHEMA: Final = "mel2metal-evidence/1"

SHOWN_CLIPS = 16
"""Wrong clips with a spectrogram and sound, at most: 5 s at 16 kHz take 0.2 MB of a page."""


class ClipEvidence(Section):
    """One clip as the board saw it."""

    audio: str
    """Path of its file on the machine that played it; empty for a synthetic sound."""

    first_frames: tuple[int, ...]
    """Of each patch, among the frames that the silence gate kept."""

    scores: tuple[tuple[int, ...], ...]
    """int8, by patch and class."""

    features: str
    """int8 [frames, bands] as deflated bytes in base64; empty for a clip that is not shown."""


class Evidence(Section):
    """The whole file."""

    schema_id: Annotated[Literal["mel2metal-evidence/1"], Field(alias="schema")] = EVIDENCE_SCHEMA
    """Name and version of this format."""

    sample_rate_hz: int
    hop_ms: float
    """From one frame to the next."""

    patch_frames: int
    bands: int
    """Values of a frame."""

    wrong: tuple[str, ...]
    """Clips that failed a test, then clips decided wrong, the surest mistakes first."""

    clips: dict[str, ClipEvidence]
    placed: tuple[PlacedSection, ...]
    """What the image puts where, by address."""

    layer_cost: LayerCostRecord | None
    """Null: no patch was traced by operator."""

    def as_json(self) -> dict[str, Any]:
        """The content of evidence.json."""
        return self.model_dump(mode="json")


def make_evidence(records: RunRecords) -> Evidence:
    """Of one board of a run; needs the board's record."""
    board = records.board
    if board is None:
        raise ValueError("no board was opened in this run")
    frontend = board.project.frontend
    wrong = wrong_clips(records)
    known = [name for name in wrong if name in records.evidence and records.evidence[name].cells]
    shown = set(known[:SHOWN_CLIPS])
    return Evidence(
        sample_rate_hz=frontend.sample_rate_hz,
        hop_ms=1e3 * frontend.hop_samples / frontend.sample_rate_hz,
        patch_frames=frontend.patch_frames,
        bands=frontend.features,
        wrong=tuple(wrong),
        clips={
            name: ClipEvidence(
                audio=record.audio,
                first_frames=record.first_frames,
                scores=record.scores,
                features=record.cells if name in shown else "",
            )
            for name, record in sorted(records.evidence.items())
        },
        placed=board.placed,
        layer_cost=records.layer_cost,
    )


def wrong_clips(records: RunRecords) -> list[str]:
    """Clips that failed a test, then clips decided wrong, the surest mistakes first."""
    failed = set(records.failed_clips)
    judged = records.board is not None and not records.board.accuracy_unmeasured
    wrong = [
        clip
        for clip in records.clips_in_order
        if clip.clip in failed or (judged and _is_wrong(clip))
    ]

    def rank(clip: ClipRecord) -> tuple[bool, float, str]:
        return (clip.clip not in failed, -_sureness(clip, records.evidence), clip.clip)

    return [clip.clip for clip in sorted(wrong, key=rank)]


def _is_wrong(clip: ClipRecord) -> bool:
    return clip.outcome is not None and not clip.outcome.right


def _sureness(clip: ClipRecord, evidence: Mapping[str, EvidenceRecord]) -> float:
    """By how much the highest class stands above the true one, mean over the patches, in steps."""
    record = evidence.get(clip.clip)
    if record is None or not record.scores:
        return 0.0
    means = _means(record.scores)
    own = [means[number] for number in clip.truth or ()]
    return max(means) - max(own, default=min(means))


def _means(scores: Sequence[Sequence[int]]) -> list[float]:
    return [fmean(column) for column in zip(*scores, strict=True)]
