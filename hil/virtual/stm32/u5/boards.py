# SPDX-License-Identifier: Apache-2.0
"""What is soldered on the boards with an STM32U5, from their manuals alone."""

from __future__ import annotations

from hil.virtual.wiring import PdmMicrophone, PinFunction, Wire, Wiring

_MP23DB01HP = PdmMicrophone(
    name="MP23DB01HP",
    peripheral="ADF1",
    pins={"CCK0": PinFunction("E", 9, 3), "SDI0": PinFunction("E", 10, 3)},
    edge="rising",
    clock_range_hz=(1_200_000, 3_250_000),
    settle_s=0.02,
)
"""Microphone 1; its edge as ST's board support package for the board takes it."""

_PINS = {"TX": PinFunction("A", 9, 7), "RX": PinFunction("A", 10, 7)}

WIRING = {
    # B-U585I-IOT02A, UM2839: T.VCP_TX and T.VCP_RX, a crystal on LSE; functions from DS13086. LD6
    # and LD7 are between the supply and their pins; the button closes to ground.
    "u585": Wiring(
        chip="STM32U585AI",
        usart="USART1",
        pins=_PINS,
        has_lse=True,
        leds={"red": Wire("H", 6, False), "green": Wire("H", 7, False)},
        buttons={"user": Wire("C", 13, False)},
        microphone=_MP23DB01HP,
    ),
    # NUCLEO-U575ZI-Q, UM2861: solder bridges of COM port and crystal as delivered; DS13737. LD1 to
    # LD3, and B1 that closes to the supply.
    "u575": Wiring(
        chip="STM32U575ZI",
        usart="USART1",
        pins=_PINS,
        has_lse=True,
        leds={
            "green": Wire("C", 7, True),
            "blue": Wire("B", 7, True),
            "red": Wire("G", 2, True),
        },
        buttons={"user": Wire("C", 13, True)},
    ),
}
