# SPDX-License-Identifier: Apache-2.0
"""DFSDM1 of a chip, with the microphone that the board's wiring puts on its pins."""

from __future__ import annotations

from collections.abc import Mapping

from hil.virtual.stm32.chip import Chip, ChipSystem
from hil.virtual.stm32.dfsdm import Dfsdm, DfsdmClocks, DfsdmConnections
from hil.virtual.stm32.dma_channels import DmaController
from hil.virtual.stm32.gpio import Gpio
from hil.virtual.stm32.pdm_input import PdmInput
from hil.virtual.stm32.power_control import PowerControl
from hil.virtual.stm32.wired_pins import WiredPins
from hil.virtual.wiring import PdmMicrophone

NAME = "DFSDM1"


def make_dfsdm(
    chip: Chip,
    system: ChipSystem,
    *,
    dma: DmaController,
    gpio: Mapping[str, Gpio],
    rcc: DfsdmClocks,
    pwr: PowerControl,
) -> tuple[Dfsdm, ...]:
    """Make DFSDM1, if the chip has one."""
    if chip.dfsdm is None:
        return ()
    wired, line = system.wiring.microphone, None
    if isinstance(wired, PdmMicrophone) and wired.peripheral == NAME:
        pins = WiredPins(wired.pins, gpio, chip.clocks, rcc, pwr)
        line = PdmInput(wired, system.sound, lambda signal: pins.check(NAME, signal))
    connections = DfsdmConnections(
        place=chip.dfsdm, dma=dma, clocks=rcc, enable=chip.clocks[NAME], line=line
    )
    return (Dfsdm(system, NAME, chip.bases[NAME], connections),)
