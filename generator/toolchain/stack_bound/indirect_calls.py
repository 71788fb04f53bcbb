# SPDX-License-Identifier: Apache-2.0
"""Who calls through which pointer: the table, and what it says of an image.

A call by address goes to a function whose address somebody keeps or hands on. For each object that
makes such calls the table names these places: object, section and function as patterns. The
functions of `network.c` stand in records whose names the generator gives; callbacks are handed
over in code. What is not in the table is refused: nobody would know how deep it goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from generator.toolchain.stack_bound.taken_addresses import Taken

INDIRECT_CALLS: Mapping[str, Sequence[str]] = {
    # A stage's kernels: firmware_templates/network/stream.h, struct stage.
    "network/stream": ("network/network:.rodata.stage_*:*",),
    # A step of the tail: network/tail.h, struct tensor_step.
    "network/tail": ("network/network:.rodata.steps:*",),
    # The kernel that runs on each row of a tensor: tensor/each_row.h.
    "network/kernels/tensor/each_row": ("network/network_weights:.rodata.rows_*:*",),
    # A row of two tensors, by the kernel of the operator: tensor/pair.h.
    "network/kernels/tensor/pair": ("network/kernels/tensor/*:.text.*:*_row",),
    # What makes one value of many: tensor/reduce.h.
    "network/kernels/tensor/reduce": ("network/kernels/tensor/reduce_*:.text.*:*",),
    # The clock of the layers, with taps.
    "network/layer_clock": ("app/taps:*:cycle_counter_now",),
    # A frame of the front-end, to the listener or to the segments of sound without end.
    "frontend/frontend": (
        "library/listener:*:listener_take_frame",
        "library/continuous:*:take_frame",
    ),
    # The listener's callbacks: of the link's session, or of sound without end.
    "library/listener": (
        "app/session:.rodata.*:*",
        "app/session:.text.*:on_*",
        "library/continuous:*:take_patch",
    ),
    "library/events": ("library/continuous:*:pass_event",),
    "library/continuous": ("library/mel2metal:*:on_*",),
    # The application's own: it hands them over, from main() or from a record.
    "library/mel2metal": ("app/*:*:*",),
    # Who takes the text of a fault: the line, or the transmit ring.
    "board/fault_text": ("board/fault_report:*:send", "board/run_end:*:m2m_print"),
    # What says whether to sleep.
    "core/cpu": ("app/main:*:uart_rx_pending", "board/board:*:something_waits"),
}

OF_MEASURE: Mapping[str, Sequence[str]] = {
    "app/cobs": ("app/link:*:place",),
}
"""Of the application that speaks the link."""

OF_APPLICATION: Sequence[str] = ("app/*:*:*",)
"""Of any other in `app/`: what its own C keeps or hands on."""


def places_of(caller: str, *, is_measure: bool) -> Sequence[str]:
    """Where the functions are kept that `caller`, an object, calls by address; () where unknown."""
    if caller in INDIRECT_CALLS:
        return INDIRECT_CALLS[caller]
    if is_measure:
        return OF_MEASURE.get(caller, ())
    return OF_APPLICATION if caller.startswith("app/") else ()


def matching(taken: Iterable[Taken], patterns: Sequence[str]) -> list[Taken]:
    """What lies at one of the places."""
    return [one for one in taken if any(fnmatchcase(one.place, each) for each in patterns)]
