# SPDX-License-Identifier: Apache-2.0
"""Whether a board can be had as a virtual one, said before anything is built for it.

This module imports neither the emulator nor the models, so that asking costs nothing.
"""

from __future__ import annotations

import importlib.util
from typing import Protocol

from hil.virtual.stm32.boards import FILES, WIRING

PACKAGES = ("unicorn", "numba")
"""What the emulator needs beyond the rest of the project."""


class BoardRecord(Protocol):
    """What is taken of a record of boards.yaml: nothing that the firmware is generated from."""

    @property
    def id(self) -> str:
        """The board's key."""

    @property
    def part(self) -> str:
        """The part that is said to be on it."""


def chip_of_part(part: str) -> str | None:
    """The modelled chip that a part number names, such as STM32U585AI of STM32U585AII6Q."""
    names = sorted({wiring.chip for wiring in WIRING.values()}, key=len, reverse=True)
    return next((name for name in names if part.startswith(name)), None)


def unknown_reason(board: BoardRecord | str) -> str | None:
    """Why there is no virtual board of this key or record; None if there is one.

    The chip comes from the record's part, the wiring from its key: what is soldered on a board is
    known of boards alone. A key without a record means the board that `WIRING` has by that name.
    """
    known = ", ".join(f"{key} ({wiring.chip})" for key, wiring in WIRING.items())
    if isinstance(board, str):
        return None if board in WIRING else f"no virtual board {board!r}; there is: {known}"
    chip = chip_of_part(board.part)
    if chip is None:
        return (
            f"no virtual board {board.id!r}: the {board.part} is not modelled; there is: {known}."
            " Use the board itself"
        )
    wiring = WIRING.get(board.id)
    if wiring is None:
        return (
            f"no virtual board {board.id!r}: its {chip} is modelled, but not which pins its COM"
            f" port is soldered to. Add that to {FILES[chip]} from the board's manual, or"
            f" use the board itself; there is: {known}"
        )
    if wiring.chip != chip:
        return (
            f"board {board.id!r} is given the part {board.part}, but {wiring.chip} is what is"
            f" soldered on it ({FILES[wiring.chip]}); correct the part or choose another key"
        )
    return None


def unavailable_reason(board: BoardRecord | str) -> str | None:
    """Why a virtual board cannot be had here, packages included; None if it can."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        return f"the emulator needs {', '.join(missing)}: `make test` installs what is missing"
    return unknown_reason(board)
