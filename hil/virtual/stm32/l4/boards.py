# SPDX-License-Identifier: Apache-2.0
"""What is soldered on the boards with an STM32L4, from their manuals alone."""

from __future__ import annotations

from hil.virtual.wiring import AnalogMicrophone, PdmMicrophone, PinFunction, Wire, Wiring

WIRING = {
    # B-L475E-IOT01A, UM2153: ST-LINK-UART1; alternate functions from DS10969. LD2; the
    # button closes to ground.
    "l475": Wiring(
        chip="STM32L475VG",
        usart="USART1",
        pins={"TX": PinFunction("B", 6, 7), "RX": PinFunction("B", 7, 7)},
        # Two MP34DT01 share DFSDM1_DATIN2, one for each edge of the clock.
        microphone=PdmMicrophone(
            name="MP34DT01",
            peripheral="DFSDM1",
            pins={"CKOUT": PinFunction("E", 9, 6), "DATIN2": PinFunction("E", 7, 6)},
            edge="either",
            clock_range_hz=(1_000_000, 3_250_000),
            settle_s=0.01,
        ),
        leds={"green": Wire("B", 14, True)},
        buttons={"user": Wire("C", 13, False)},
    ),
    # NUCLEO-L432KC, UM1956: VCP_TX and VCP_RX; alternate functions from DS11451. LD3.
    "l432": Wiring(
        chip="STM32L432KC",
        usart="USART2",
        pins={"TX": PinFunction("A", 2, 7), "RX": PinFunction("A", 15, 3)},
        # None on the board: a module with an amplifier, such as a MAX4466's, on A0.
        microphone=AnalogMicrophone(
            name="microphone amplifier",
            peripheral="ADC1",
            port="A",
            pin=0,
            channel=5,
            bias=0.505,
            full_scale=0.9,
        ),
        leds={"green": Wire("B", 3, True)},
    ),
    # NUCLEO-L4R5ZI, UM2179: LPUART1 on the ST-LINK's COM port; alternate functions from DS12023.
    # LD1 to LD3, and B1 that closes to the supply.
    "l4r5": Wiring(
        chip="STM32L4R5ZI",
        usart="LPUART1",
        pins={"TX": PinFunction("G", 7, 8), "RX": PinFunction("G", 8, 8)},
        # None on the board: one on D6 (clock) and D41 (data), its L/R pin at ground.
        microphone=PdmMicrophone(
            name="PDM microphone",
            peripheral="DFSDM1",
            pins={"CKOUT": PinFunction("E", 9, 6), "DATIN2": PinFunction("E", 7, 6)},
            edge="rising",
            clock_range_hz=(1_200_000, 3_250_000),
            settle_s=0.05,
        ),
        leds={
            "green": Wire("C", 7, True),
            "blue": Wire("B", 7, True),
            "red": Wire("B", 14, True),
        },
        buttons={"user": Wire("C", 13, True)},
    ),
}
