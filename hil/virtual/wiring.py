# SPDX-License-Identifier: Apache-2.0
"""What is soldered on the boards: which chip, and which pins the ST-LINK's COM port is on.

This stands apart from boards.yaml on purpose: the virtual board must not follow a mistake there.
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


WIRING = {
    # B-U585I-IOT02A, UM2839: T.VCP_TX and T.VCP_RX; alternate functions from DS13086.
    "u585": Wiring(
        chip="STM32U585AI",
        usart="USART1",
        pins={"TX": PinFunction("A", 9, 7), "RX": PinFunction("A", 10, 7)},
    ),
}
