# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values, for ``port/`` of the generated project.

One module a family: `u5`, `l4`, `h7`. All arithmetic on clocks, baud rates and pins is here; the C
sources only write what comes out. The templates see the result as ``port``.
"""

from __future__ import annotations

from generator.boards.boards_file import BoardSpec, H7Board, L4Board, U5Board
from generator.boards.families.h7 import port as h7
from generator.boards.families.l4 import port as l4
from generator.boards.families.u5 import port as u5

Port = u5.PortU5 | l4.PortL4 | h7.PortH7


def make_port(board: BoardSpec) -> Port:
    """Derive the register values of any board.

    The record has passed ``board_spec``; what the port itself cannot do is raised here as
    ``InputError``, all faults together and with the numbers that led to them.
    """
    match board:
        case U5Board():
            return u5.make_port(board)
        case L4Board():
            return l4.make_port(board)
        case H7Board():
            return h7.make_port(board)
    raise ValueError(f"no port for family {board.family!r}")
