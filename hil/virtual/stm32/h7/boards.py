# SPDX-License-Identifier: Apache-2.0
"""What is soldered on the boards with an STM32H7, from their manuals alone."""

from __future__ import annotations

from hil.virtual.wiring import PdmMicrophone, PinFunction, Wire, Wiring

# None on the boards: one on D6 (clock) and D41 (data), its L/R pin at ground; alike on both.
_MICROPHONE = PdmMicrophone(
    name="PDM microphone",
    peripheral="DFSDM1",
    pins={"CKOUT": PinFunction("E", 9, 3), "DATIN2": PinFunction("E", 7, 3)},
    edge="rising",
    clock_range_hz=(1_200_000, 3_250_000),
    settle_s=0.05,
)

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
        microphone=_MICROPHONE,
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
        microphone=_MICROPHONE,
        leds=_LEDS,
        buttons=_BUTTONS,
    ),
}
