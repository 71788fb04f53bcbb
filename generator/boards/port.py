# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values, for ``port/`` of the generated project.

All arithmetic on clocks, baud rates and pins is in Python, in `families/<family>/port.py`; the C
sources only write what comes out. The templates see the result as ``port``.
"""

from __future__ import annotations

from generator.boards.family import Port
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of


def make_port(board: BoardSpec) -> Port:
    """Derive the register values of any board.

    The record has passed the checks of `load_boards`; what the port itself cannot do is raised here
    as `InputError`, all faults together and with the numbers that led to them.
    """
    return family_of(board.family).make_port(board)
