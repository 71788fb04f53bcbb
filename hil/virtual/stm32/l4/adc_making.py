# SPDX-License-Identifier: Apache-2.0
"""ADC1 of a chip with the timer that triggers it, and the microphone at the input that is wired."""

from __future__ import annotations

from collections.abc import Mapping

from hil.virtual.stm32.adc import Adc
from hil.virtual.stm32.adc_control import AdcConnections
from hil.virtual.stm32.basic_timer import BasicTimer
from hil.virtual.stm32.chip import Chip, ChipSystem
from hil.virtual.stm32.dma_channels import DmaController
from hil.virtual.stm32.gpio import Gpio
from hil.virtual.stm32.l4.rcc import RccL43
from hil.virtual.stm32.power_control import PowerControl
from hil.virtual.wiring import AnalogMicrophone

NAME, TIMER = "ADC1", "TIM6"
INTERRUPT, REQUEST = 18, 5
"""The request's number is that of DMAMUX1 in parts that have one; here it is a name."""


def make_adc(
    chip: Chip,
    system: ChipSystem,
    *,
    dma: DmaController,
    gpio: Mapping[str, Gpio],
    rcc: RccL43,
    pwr: PowerControl,
) -> tuple[Adc, BasicTimer]:
    """Make both."""
    timer = BasicTimer(system, TIMER, chip.bases[TIMER], rcc, chip.clocks[TIMER])
    wired = system.wiring.microphone
    connections = AdcConnections(
        interrupt=INTERRUPT,
        request=REQUEST,
        dma=dma,
        clocks=rcc,
        enable=chip.clocks[NAME],
        supply=pwr,
        timer=timer,
        ports=gpio,
        sound=system.sound,
        microphone=wired if isinstance(wired, AnalogMicrophone) else None,
    )
    return Adc(system, NAME, chip.bases[NAME], connections), timer
