# SPDX-License-Identifier: Apache-2.0
"""From a trace to parts: one instruction of the image under one stack of calls.

A stack begins with what the work is for: a layer of the network, the front-end, the link,
interrupts. Below it stand the calls since the work began to be for that, with the functions that
were inlined into each. So `stream_row_came`, which calls itself once for each layer, does not pile
the layers upon each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from hil.bench.attribution import REST, Call
from hil.boards.debug_info import Place


class FrameKind(Enum):
    """What a frame of a stack stands for."""

    WORK = "what the work is for"
    LAYER = "a layer"
    FUNCTION = "a function"
    INLINED = "an inlined function"


@dataclass(frozen=True, slots=True)
class Frame:
    """One level of a stack."""

    name: str
    kind: FrameKind = FrameKind.FUNCTION


class TracedCall(Call, Protocol):
    """A call with the place that it was made from."""

    @property
    def called_from(self) -> int | None:
        """Address of the instruction before its first."""


class AddressCost(Protocol):
    """What one instruction of the image cost, all its executions together."""

    @property
    def instructions(self) -> int: ...  # noqa: D102
    @property
    def pipeline_cycles(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Context:
    """Calls that are alike: the same function, for the same work, under the same calls."""

    owner: int
    """An operator's index, or a constant of `hil.bench.attribution`."""
    function: str
    stack: tuple[Frame, ...]
    """Calls since the work began to be for this owner, outermost first."""
    open: frozenset[Frame]
    """All functions that were not left yet, itself included; of an interrupt its own alone."""


NOWHERE = Context(REST, "", (), frozenset())
"""Of what ran below a call that was made before the trace began."""


@dataclass(frozen=True, slots=True)
class Part:
    """One instruction of the image in one context."""

    context: Context
    address: int
    place: Place
    instructions: int
    """How often it was executed."""
    cycles: int
    """ESTIMATED, by the model of the core's pipeline."""

    @property
    def stack(self) -> tuple[Frame, ...]:
        """The context's, down to the innermost inlined function."""
        own = Frame(self.place.function)
        above = self.context.stack
        if self.context.function != self.place.function:
            above = (*above, own)
        return above + inlined_frames(self.place)

    @property
    def self_frame(self) -> Frame:
        """The function whose source it is: the innermost inlined one."""
        return (Frame(self.place.function), *inlined_frames(self.place))[-1]

    @property
    def open(self) -> frozenset[Frame]:
        """All functions that were open, each once."""
        return self.context.open | {Frame(self.place.function), *inlined_frames(self.place)}


def inlined_frames(place: Place) -> tuple[Frame, ...]:
    """Frames of the functions that were inlined at a place."""
    return tuple(Frame(name, FrameKind.INLINED) for name in place.inlined)


def contexts_of(
    calls: Sequence[TracedCall], owners: Sequence[int], places: Mapping[int, Place]
) -> tuple[list[int], list[Context]]:
    """The context of each call by its number, and all contexts.

    `owners`: one for each call. `places`: of all executed instructions.
    """
    contexts: list[Context] = []
    known: dict[tuple[int, str, int, int | None], int] = {}
    numbers: list[int] = []
    for call, owner in zip(calls, owners, strict=True):
        parent = -1 if call.parent is None or call.is_exception else numbers[call.parent]
        key = (parent, call.function, owner, call.called_from if parent >= 0 else None)
        if key not in known:
            known[key] = len(contexts)
            above = contexts[parent] if parent >= 0 else NOWHERE
            contexts.append(_context(call, owner, above, places))
        numbers.append(known[key])
    return numbers, contexts


def _context(call: TracedCall, owner: int, above: Context, places: Mapping[int, Place]) -> Context:
    own = Frame(call.function)
    between: tuple[Frame, ...] = ()
    site = None if call.called_from is None else places.get(call.called_from)
    if site is not None and site.function == above.function:  # else an interrupt came between
        between = inlined_frames(site)
    if above.owner != owner or above is NOWHERE:
        stack: tuple[Frame, ...] = (own,)
    elif own in above.stack:  # it calls itself, be it through others
        stack = above.stack[: above.stack.index(own) + 1]
    else:
        stack = (*above.stack, *between, own)
    return Context(owner, call.function, stack, above.open | {*between, own})


def parts_of(
    costs: Mapping[int, Mapping[int, AddressCost]],
    contexts: Sequence[Context],
    places: Mapping[int, Place],
) -> list[Part]:
    """All parts. `costs`: by address, for each context's number; a negative one: NOWHERE."""
    return [
        Part(
            contexts[number] if number >= 0 else NOWHERE,
            address,
            places[address],
            cost.instructions,
            cost.pipeline_cycles,
        )
        for number, by_address in costs.items()
        for address, cost in by_address.items()
    ]
