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
    hse_hz: int = 0
    """Clock that the board feeds into HSE (no crystal); 0: none."""
    supply: str = "LDO"
    """How the board supplies the core where the chip has a choice: LDO or SMPS."""


_H7_PINS = {"TX": PinFunction("D", 8, 7), "RX": PinFunction("D", 9, 7)}
_U5_PINS = {"TX": PinFunction("A", 9, 7), "RX": PinFunction("A", 10, 7)}

WIRING = {
    # B-U585I-IOT02A, UM2839: T.VCP_TX and T.VCP_RX; alternate functions from DS13086.
    "u585": Wiring(chip="STM32U585AI", usart="USART1", pins=_U5_PINS),
    # NUCLEO-U575ZI-Q, UM2861: solder bridges of the COM port as delivered; DS13737.
    "u575": Wiring(chip="STM32U575ZI", usart="USART1", pins=_U5_PINS),
    # B-L475E-IOT01A, UM2153: ST-LINK-UART1; alternate functions from DS10969.
    "l475": Wiring(
        chip="STM32L475VG",
        usart="USART1",
        pins={"TX": PinFunction("B", 6, 7), "RX": PinFunction("B", 7, 7)},
    ),
    # NUCLEO-L432KC, UM1956: VCP_TX and VCP_RX; alternate functions from DS11451.
    "l432": Wiring(
        chip="STM32L432KC",
        usart="USART2",
        pins={"TX": PinFunction("A", 2, 7), "RX": PinFunction("A", 15, 3)},
    ),
    # NUCLEO-L4R5ZI, UM2179: LPUART1 on the ST-LINK's COM port; alternate functions from DS12023.
    "l4r5": Wiring(
        chip="STM32L4R5ZI",
        usart="LPUART1",
        pins={"TX": PinFunction("G", 7, 8), "RX": PinFunction("G", 8, 8)},
    ),
    # NUCLEO-H743ZI2, UM2407: USART3 on the ST-LINK's COM port, its 8 MHz MCO on HSE; alternate
    # functions from DS12110.
    "h743": Wiring(chip="STM32H743ZI", usart="USART3", pins=_H7_PINS, hse_hz=8_000_000),
    # NUCLEO-H7A3ZI-Q, UM2408: the same; the core hangs on the step-down converter; DS13195.
    "h7a3": Wiring(
        chip="STM32H7A3ZI", usart="USART3", pins=_H7_PINS, hse_hz=8_000_000, supply="SMPS"
    ),
}
