# SPDX-License-Identifier: Apache-2.0
"""What a record says of the wiring of a board: its chip, and the pins of the ST-LINK's COM port.

The records are in the families' `boards.py`, apart from boards.yaml on purpose: the virtual board
must not follow a mistake there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PinFunction:
    """A pin (port letter, number) and the alternate function that a signal needs on it."""

    port: str
    pin: int
    alternate_function: int

    def __str__(self) -> str:
        return f"P{self.port}{self.pin}"


@dataclass(frozen=True, slots=True)
class Wiring:
    """One board: its chip, its COM port's USART, and the pins of TX and RX seen from the chip."""

    chip: str
    usart: str
    pins: dict[str, PinFunction]
    hse_hz: int = 0
    """Clock that the board feeds into HSE (no crystal); 0: none."""
    has_lse: bool = False
    """Whether the board carries a 32.768 kHz crystal on LSE, where that is modelled."""
    supply: str = "LDO"
    """How the board supplies the core where the chip has a choice: LDO or SMPS."""
