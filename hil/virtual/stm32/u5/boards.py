# SPDX-License-Identifier: Apache-2.0
"""What is soldered on the boards with an STM32U5, from their manuals alone."""

from __future__ import annotations

from hil.virtual.wiring import PinFunction, Wiring

_PINS = {"TX": PinFunction("A", 9, 7), "RX": PinFunction("A", 10, 7)}

WIRING = {
    # B-U585I-IOT02A, UM2839: T.VCP_TX and T.VCP_RX, a crystal on LSE; functions from DS13086.
    "u585": Wiring(chip="STM32U585AI", usart="USART1", pins=_PINS, has_lse=True),
    # NUCLEO-U575ZI-Q, UM2861: solder bridges of COM port and crystal as delivered; DS13737.
    "u575": Wiring(chip="STM32U575ZI", usart="USART1", pins=_PINS, has_lse=True),
}
