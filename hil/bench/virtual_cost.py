# SPDX-License-Identifier: Apache-2.0
"""What a clip cost on the virtual board, by operators and stages, from the profile of its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from generator.project.manifest import FrontendInfo
from hil.bench.attribution import (
    EXCEPTIONS,
    FINDING_ROWS,
    FRONTEND,
    Call,
    operator_records,
    owners_of,
)
from hil.bench.record import Cost

_PUSH_FRAME = "network_push_frame_s8"
_TAKE_FRAME = "listener_take_frame"
_ARRIVALS = ("listener_push_q15", "listener_end")


class Counted(Protocol):
    """Sums of a profile."""

    @property
    def instructions(self) -> int: ...  # noqa: D102
    @property
    def table_cycles(self) -> int: ...  # noqa: D102
    @property
    def pipeline_cycles(self) -> int: ...  # noqa: D102
    @property
    def uncovered_cycles(self) -> int: ...  # noqa: D102
    @property
    def later_cycles(self) -> int: ...  # noqa: D102
    @property
    def flash_bytes_read(self) -> int: ...  # noqa: D102
    @property
    def line_fills(self) -> int: ...  # noqa: D102


class SpanCall(Call, Protocol):
    """A call with its place in the trace."""

    @property
    def begin(self) -> int:
        """Its first block."""

    @property
    def end(self) -> int:
        """The first block behind it."""


class Profile(Protocol):
    """What the virtual board has traced."""

    @property
    def calls(self) -> Sequence[SpanCall]:
        """All calls, in the order of their beginnings."""

    @property
    def addresses(self) -> Mapping[str, int]:
        """Of the image's functions and objects."""

    @property
    def fill_cycles_most(self) -> float:
        """Of a line of the cache before the flash."""

    def by_owner(
        self, owners: Sequence[int], begin: int = 0, end: int | None = None
    ) -> Mapping[int, Counted]:
        """Costs by owners of calls, from a block up to another."""


@dataclass(frozen=True, slots=True)
class ClipCost:
    """Of one clip."""

    operators: Mapping[int, Cost]
    """For a patch."""
    network: Cost
    """For a patch."""
    finding_rows: Cost
    frontend_frame: Cost
    answer: Cost
    uncovered_share: float
    """Of the network's estimated cycles."""
    later_share: float
    """Of the same, what is added if results of the uncovered kinds come a cycle later."""


def cost_of_clip(profile: Profile, frontend: FrontendInfo, patches: int) -> ClipCost:
    """Costs of a clip of so many complete patches.

    The answer's delay is that of the patch that took longest. It begins where the message with the
    last samples is handed on, or behind the frame before it if both came with one message, and ends
    with the scores; exceptions in between are left out everywhere.
    """
    owners = owners_of(profile.calls, operator_records(profile.addresses))
    sums = profile.by_owner(owners)
    fill = profile.fill_cycles_most
    network = [key for key in sums if key >= 0 or key == FINDING_ROWS]
    frames = sum(call.function == _TAKE_FRAME for call in profile.calls)
    uncovered = sum(sums[key].uncovered_cycles for key in network)
    cycles = sum(sums[key].pipeline_cycles for key in network)
    later = sum(sums[key].later_cycles for key in network)
    whole = _sum([sums[key] for key in network], patches, fill)
    answers = [
        _sum(
            [one for key, one in profile.by_owner(owners, begin, end).items() if key != EXCEPTIONS],
            1,
            fill,
        )
        for begin, end in _answer_spans(profile.calls, frontend.patch_frames, patches)
    ]
    return ClipCost(
        operators={key: _sum([sums[key]], patches, fill) for key in sums if key >= 0},
        network=whole,
        finding_rows=_sum([sums[key] for key in network if key == FINDING_ROWS], patches, fill),
        frontend_frame=_sum([sums[key] for key in sums if key == FRONTEND], frames, fill),
        answer=max(answers, key=lambda one: one.instructions or 0),
        uncovered_share=uncovered / max(1, cycles),
        later_share=later / max(1, cycles) - 1,
    )


def _answer_spans(
    calls: Sequence[SpanCall], patch_frames: int, patches: int
) -> list[tuple[int, int]]:
    """Blocks from the last sample's arrival to the scores, of each patch."""
    pushes = [at for at, call in enumerate(calls) if call.function == _PUSH_FRAME]
    spans = []
    for patch in range(patches):
        ready = pushes[(patch + 1) * patch_frames - 1]
        arrival = next(at for at in _ancestors(calls, ready) if calls[at].function in _ARRIVALS)
        frame = next(at for at in _ancestors(calls, ready) if calls[at].function == _TAKE_FRAME)
        before = [call.end for call in calls[arrival:frame] if call.function == _TAKE_FRAME]
        spans.append((max([calls[arrival].begin, *before]), calls[ready].end))
    return spans


def _ancestors(calls: Sequence[SpanCall], at: int) -> list[int]:
    found = []
    parent = calls[at].parent
    while parent is not None:
        found.append(parent)
        parent = calls[parent].parent
    return found


def _sum(parts: Sequence[Counted], count: int, fill_cycles_most: float) -> Cost:
    """All parts together, divided by `count`."""

    def each(total: int | float) -> int:
        return round(total / max(1, count))

    return Cost(
        instructions=each(sum(one.instructions for one in parts)),
        pipeline_cycles=each(sum(one.pipeline_cycles for one in parts)),
        table_cycles=each(sum(one.table_cycles for one in parts)),
        flash_bytes_read=each(sum(one.flash_bytes_read for one in parts)),
        flash_fill_cycles=each(fill_cycles_most * sum(one.line_fills for one in parts)),
    )
