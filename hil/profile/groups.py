# SPDX-License-Identifier: Apache-2.0
"""The parts of a profile by layer, by function and by line: three views of one whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from hil.bench.attribution import EXCEPTIONS, FINDING_ROWS, FRONTEND, REST, Call
from hil.bench.model_facts import OperatorFacts
from hil.profile.record import FunctionRow, LayerRow, LineRow
from hil.profile.stacks import Frame, FrameKind, Part

OTHER_WORK = {
    FINDING_ROWS: "finding rows",
    FRONTEND: "front-end",
    REST: "link, listener, decision",
    EXCEPTIONS: "interrupts",
}
"""What instructions are for that belong to no operator."""


class _Sum:
    """Instructions and cycles of some parts."""

    def __init__(self) -> None:
        self.instructions = self.cycles = 0

    def add(self, part: Part) -> None:
        self.instructions += part.instructions
        self.cycles += part.cycles


def title_of(owner: int, facts: Mapping[int, OperatorFacts]) -> str:
    """An owner's name: `2 CONV_2D`, or what the work is."""
    if owner in OTHER_WORK:
        return OTHER_WORK[owner]
    return f"{owner} {facts[owner].kind}" if owner in facts else str(owner)


def by_layer(parts: Iterable[Part], facts: Mapping[int, OperatorFacts]) -> tuple[LayerRow, ...]:
    """Operators in their order, then other work."""
    sums: defaultdict[int, _Sum] = defaultdict(_Sum)
    for part in parts:
        sums[part.context.owner].add(part)
    return tuple(
        LayerRow(
            owner if owner >= 0 else None,
            title_of(owner, facts),
            facts[owner].name if owner in facts else "",
            sums[owner].instructions,
            sums[owner].cycles,
        )
        for owner in sorted(sums, key=lambda one: (one < 0, abs(one)))
    )


def by_function(parts: Iterable[Part], calls: Sequence[Call]) -> tuple[FunctionRow, ...]:
    """Functions by what they cost themselves, most first."""
    own: defaultdict[Frame, _Sum] = defaultdict(_Sum)
    whole: Counter[Frame] = Counter()
    for part in parts:
        own[part.self_frame].add(part)
        for frame in part.open:
            whole[frame] += part.instructions
    called = Counter(call.function for call in calls)
    rows = [
        FunctionRow(
            frame.name,
            frame.kind is FrameKind.INLINED,
            own[frame].instructions,
            own[frame].cycles,
            whole[frame],
            called[frame.name] if frame.kind is FrameKind.FUNCTION else None,
        )
        for frame in {*own, *whole}
    ]
    return tuple(
        sorted(rows, key=lambda row: (-row.instructions, -row.with_callees, row.name, row.calls))
    )


def by_line(parts: Iterable[Part], text_of: Callable[[str, int], str]) -> tuple[LineRow, ...]:
    """Lines by what they cost, most first. `text_of`: the text of a file's line."""
    sums: defaultdict[tuple[str, int, str], _Sum] = defaultdict(_Sum)
    for part in parts:
        place = part.place
        has_line = place.file and place.line
        key = (place.file, place.line, "") if has_line else ("", 0, place.function)
        sums[key].add(part)
    rows = [
        LineRow(file, line, function, one.instructions, one.cycles, text_of(file, line))
        for (file, line, function), one in sums.items()
    ]
    return tuple(
        sorted(rows, key=lambda row: (-row.instructions, row.file, row.line, row.function))
    )
