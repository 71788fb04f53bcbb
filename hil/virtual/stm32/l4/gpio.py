# SPDX-License-Identifier: Apache-2.0
"""GPIO ports of the STM32L4 and L4+ (RM0351, RM0394, RM0432: GPIO)."""

from __future__ import annotations

from hil.virtual.stm32.gpio import Gpio


class GpioL4(Gpio):
    """A port of the L4; only the debug pins' speed after reset differs."""

    def reset(self) -> None:
        """Analog everywhere, but for the debug pins."""
        super().reset()
        self.values["OSPEEDR"] = 0x0C00_0000 if self.name == "GPIOA" else 0
