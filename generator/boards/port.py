# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values, for ``port/`` of the generated project.

All arithmetic on clocks, baud rates and pins is in Python, in `families/<family>/port.py`; the C
sources only write what comes out. The templates see the result as ``port``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from generator.boards.family import Family, Port
from generator.boards.microphone_values import MicrophoneValues
from generator.boards.port_values import with_handler
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.errors import Fault, InputError

LISTENING_RX_RING_BYTES = 512
"""Single characters come from the host of an application that hears a microphone; the record's ring
is for sound that comes over the link."""


def make_port(board: BoardSpec, sample_rate_hz: int | None = None) -> Port:
    """Derive the register values of any board.

    `sample_rate_hz`: that of the front-end, where the application hears the board's microphone.
    The record has passed the checks of `load_boards`; what the port itself cannot do is raised here
    as `InputError`, all faults together and with the numbers that led to them.
    """
    family = family_of(board.family)
    faults: list[Fault] = []
    port: Any = None
    microphone: MicrophoneValues | None = None
    try:
        port = family.make_port(board)
    except InputError as error:
        faults += error.faults
    try:
        microphone = _make_microphone(family, board, sample_rate_hz)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    if microphone is None:
        made: Port = port
        return made
    handled = with_handler(port.vectors, microphone.dma_line, "microphone_dma_interrupt")
    uart = replace(port.uart, rx_ring_bytes=LISTENING_RX_RING_BYTES)
    listening: Port = replace(port, microphone=microphone, vectors=handled, uart=uart)
    return listening


def _make_microphone(
    family: Family, board: BoardSpec, sample_rate_hz: int | None
) -> MicrophoneValues | None:
    if sample_rate_hz is None:
        return None
    if board.microphone is None:
        what = "the application listens, and the board's record has no microphone"
        raise InputError([Fault(board.id, what, "add microphone: docs/microphone.md says how")])
    return family.make_microphone(board, sample_rate_hz)
