# SPDX-License-Identifier: Apache-2.0
"""What the suite needs of a board, be it silicon or emulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from hil.boards.image import BuiltImage
from hil.link.serial_port import SerialPort


class BoardAbsentError(ToolError):
    """The board cannot be used now."""


class CallMeter(Protocol):
    """Counts the instructions of every call of one function, from outside the firmware."""

    @property
    def per_call_instructions(self) -> Sequence[int]:
        """Instructions from entry to return, a value a call, exceptions in between left out."""

    def clear(self) -> None:
        """Forget the calls so far."""


class Board(Protocol):
    """One board. `open` may be called again after a `close`, which is safe at any time."""

    spec: BoardSpec
    virtual: bool
    cycles_are: str
    """'measured' or 'estimated'."""

    def unavailable_reason(self) -> str | None:
        """Why the board cannot be used now, for the user; None when it can."""

    def open(self, image: BuiltImage) -> SerialPort:
        """Make the board run `image`, written only where it differs, and open its serial port."""

    def reset(self) -> bool:
        """Restart the firmware; False where the board cannot be reset from here."""

    def reflash(self) -> None:
        """Program the image again, whatever is there, and restart the firmware.

        Raises NoProgrammerError where nothing may or can write its flash.
        """

    def power_cycle(self) -> bool:
        """Take the power away and give it back; False where nothing can."""

    def clock_s(self) -> float:
        """The clock that the board's deadlines are counted in, in seconds."""

    def watch(self, function: str) -> CallMeter | None:
        """A meter for a function of the image; None where it cannot be counted from outside."""

    def properties(self) -> dict[str, str]:
        """Facts for reports: probe, port, emulator."""

    def close(self) -> None:
        """Close the port; the board can be opened again."""

    def release(self) -> None:
        """Let go of the board for good."""
