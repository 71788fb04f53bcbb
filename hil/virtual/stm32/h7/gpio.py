# SPDX-License-Identifier: Apache-2.0
"""GPIO ports of the STM32H7 (RM0433, RM0455: GPIO)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.stm32.gpio import Gpio


class GpioH7(Gpio):
    """A port of the H7: it has no BRR, and SWDIO is faster after a reset."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        offset: register for offset, register in Gpio.REGISTERS.items() if register.name != "BRR"
    }

    def reset(self) -> None:
        """Analog everywhere, but for the debug pins."""
        super().reset()
        if self.name == "GPIOA":
            self.values["OSPEEDR"] = 0x0C00_0000
