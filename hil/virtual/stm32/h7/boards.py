# SPDX-License-Identifier: Apache-2.0
"""What is soldered on the boards with an STM32H7, from their manuals alone."""

from __future__ import annotations

from hil.virtual.wiring import PinFunction, Wire, Wiring

_PINS = {"TX": PinFunction("D", 8, 7), "RX": PinFunction("D", 9, 7)}

# LD1 to LD3, and B1 that closes to the supply: alike on both.
_LEDS = {"green": Wire("B", 0, True), "yellow": Wire("E", 1, True), "red": Wire("B", 14, True)}
_BUTTONS = {"user": Wire("C", 13, True)}

WIRING = {
    # NUCLEO-H743ZI2, UM2407: USART3 on the ST-LINK's COM port, its 8 MHz MCO on HSE; alternate
    # functions from DS12110.
    "h743": Wiring(
        chip="STM32H743ZI",
        usart="USART3",
        pins=_PINS,
        hse_hz=8_000_000,
        leds=_LEDS,
        buttons=_BUTTONS,
    ),
    # NUCLEO-H7A3ZI-Q, UM2408: the same; the step-down converter supplies the core; DS13195.
    "h7a3": Wiring(
        chip="STM32H7A3ZI",
        usart="USART3",
        pins=_PINS,
        hse_hz=8_000_000,
        supply="SMPS",
        leds=_LEDS,
        buttons=_BUTTONS,
    ),
}
