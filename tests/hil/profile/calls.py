# SPDX-License-Identifier: Apache-2.0
"""A made-up trace: a frame that two layers work for, an interrupt, and code of an open call."""

from __future__ import annotations

from dataclasses import dataclass

from hil.bench.attribution import EXCEPTIONS, FINDING_ROWS, FRONTEND
from hil.bench.model_facts import OperatorFacts
from hil.boards.debug_info import Place
from hil.profile.stacks import Part, contexts_of, parts_of


@dataclass(frozen=True)
class MadeCall:
    """A call of no machine."""

    function: str
    parent: int | None
    called_from: int | None
    is_exception: bool = False
    arguments: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True)
class MadeCost:
    """Of an instruction."""

    instructions: int
    pipeline_cycles: int


PLACES = {
    0x100: Place("main", (), "app/main.c", 10),
    0x200: Place("push_frame", (), "network/network.c", 5),
    0x204: Place("push_frame", ("each_row",), "network/network.c", 7),
    0x300: Place("stream", (), "network/stream.c", 20),
    0x304: Place("stream", (), "network/stream.c", 21),
    0x400: Place("product", (), "network/kernels/product.S", 3),
    0x402: Place("product", ("multiply", "round"), "network/kernels/round.h", 8),
    0x500: Place("tick"),
    0x600: Place("mel", (), "frontend/mel.c", 1),
}
CALLS = [
    MadeCall("push_frame", None, 0x100),
    MadeCall("stream", 0, 0x204),
    MadeCall("product", 1, 0x304),
    MadeCall("stream", 1, 0x304),
    MadeCall("product", 3, 0x304),
    MadeCall("tick", 4, 0x400, is_exception=True),
    MadeCall("mel", None, 0x100),
]
OWNERS = [FINDING_ROWS, FINDING_ROWS, 0, FINDING_ROWS, 1, EXCEPTIONS, FRONTEND]
FACTS = {
    0: OperatorFacts(0, "CONV_2D", "first", (1, 1, 1), 1, 1),
    1: OperatorFacts(1, "MEAN", "second;", (1,), 1, 1),
}
COSTS = {
    -1: {0x100: MadeCost(3, 4)},
    0: {0x200: MadeCost(5, 5), 0x204: MadeCost(7, 7)},
    1: {0x300: MadeCost(11, 12), 0x304: MadeCost(13, 14)},
    2: {0x400: MadeCost(100, 120), 0x402: MadeCost(40, 44)},
    4: {0x400: MadeCost(60, 70)},
    5: {0x500: MadeCost(2, 2)},
    6: {0x600: MadeCost(30, 33)},
}
WHOLE = sum(cost.instructions for costs in COSTS.values() for cost in costs.values())
CYCLES = sum(cost.pipeline_cycles for costs in COSTS.values() for cost in costs.values())


def made_parts() -> list[Part]:
    """The parts of the trace; costs are given by calls here, each of which is its own context."""
    numbers, contexts = contexts_of(CALLS, OWNERS, PLACES)
    costs = {numbers[call] if call >= 0 else -1: one for call, one in COSTS.items()}
    return parts_of(costs, contexts, PLACES)
