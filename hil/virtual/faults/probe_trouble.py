# SPDX-License-Identifier: Apache-2.0
"""What goes wrong at the debug probe while it programs the board, once, when that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from hil.virtual.stm32.flash_controller import FlashController, Operation

LATEST_BLOCK = 24
"""A trouble strikes at one of so many blocks of memory that are moved after the first write."""


class Trouble(StrEnum):
    """Every kind, by the name that the harness has for it (hil/fault_modes/names.py)."""

    UNPLUGGED = "probe-unplugged"
    WRONG_ANSWER = "probe-wrong-answer"
    PROGRAMMED_FLIP = "probe-programmed-flip"
    LOST_AT_RESET = "probe-lost-at-reset"


class ProbeTrouble:
    """One trouble of the next programming; `choice` draws when, and which bit."""

    def __init__(self, kind: Trouble, choice: int, flash: FlashController) -> None:
        self._kind = kind
        self._block = 1 + choice % LATEST_BLOCK
        self._bit = choice // LATEST_BLOCK % 8
        self._flash = flash
        self._before: Callable[[Operation], None] | None = flash.on_begin
        self._programs = False
        self.struck = False
        """Whether it has happened."""

        self.is_gone = False
        """Whether the probe is unplugged: until it is opened again."""

        flash.on_begin = self._begun

    def end(self) -> None:
        """Nothing more happens."""
        self._flash.on_begin = self._before
        self.is_gone = False

    def _begun(self, operation: Operation) -> None:
        if self._before is not None:
            self._before(operation)
        self._programs = True
        is_unit = operation.end - operation.first == self._flash.UNIT_BYTES
        if self._kind is Trouble.PROGRAMMED_FLIP and is_unit and self._counts_down():
            self._flip(operation.first - self._flash.UNIT_BYTES)

    def _flip(self, address: int) -> None:
        """A bit of the unit before, which is done."""
        cell = self._flash.system.core.memory(address, 1)
        if cell is not None:
            self._flash.set_bytes(address, bytes((int(cell[0]) ^ 1 << self._bit,)))
            self.struck = True

    def _counts_down(self) -> bool:
        self._block -= 1
        return self._block == 0

    def block_moved(self) -> bool:
        """Take note of a block of memory that the probe moves; True: it is refused."""
        if self._programs and self._kind is Trouble.UNPLUGGED and self._counts_down():
            self.is_gone = self.struck = True
        refused = self._programs and self._kind is Trouble.WRONG_ANSWER and self._counts_down()
        self.struck = self.struck or refused
        return refused

    def reset_pulled(self) -> None:
        """Take note that the probe pulls the reset line."""
        if self._programs and self._kind is Trouble.LOST_AT_RESET and not self.struck:
            self.is_gone = self.struck = True
