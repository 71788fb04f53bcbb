# SPDX-License-Identifier: Apache-2.0
"""GPIO, watchdog and debug support of the STM32L4 and L4+, where they differ from the U5's.

RM0351, RM0394, RM0432: GPIO, IWDG and debug support (DBG).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register
from hil.virtual.stm32.gpio import Gpio
from hil.virtual.stm32.iwdg import Iwdg

if TYPE_CHECKING:
    from hil.virtual.machine import Machine

IDCODES = {"l47": 0x1007_6415, "l43": 0x1001_6435, "l4plus": 0x101F_6470}
"""Device 0x415 revision 4, 0x435 revision Z, 0x470 revision V."""


class GpioL4(Gpio):
    """A port; only the debug pins' speed after reset differs."""

    def reset(self) -> None:
        """Analog everywhere, but for the debug pins."""
        super().reset()
        self.values["OSPEEDR"] = 0x0C00_0000 if self.name == "GPIOA" else 0


class IwdgL4(Iwdg):
    """The watchdog, whose prescaler ends at 256."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **Iwdg.REGISTERS,
        0x04: Register("PR", 0, 0x7),
    }
    PRESCALER_CODE_MAX: ClassVar[int] = 6


class DbgmcuL4(Peripheral):
    """DBGMCU; without a debugger its freeze bits change nothing."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("IDCODE", 0, sizes=ANY_SIZE),
        0x04: Register("CR", 0, 0x27, sizes=ANY_SIZE),
        0x08: Register("APB1FZR1", 0, 0xFFFFFFFF, sizes=ANY_SIZE),
        0x0C: Register("APB1FZR2", 0, 0xFFFFFFFF, sizes=ANY_SIZE),
        0x10: Register("APB2FZR", 0, 0xFFFFFFFF, sizes=ANY_SIZE),
    }

    def __init__(self, machine: Machine, name: str, base: int, idcode: int) -> None:
        self.idcode = idcode
        super().__init__(machine, name, base)

    def read_idcode(self) -> int:
        """The device's identity."""
        return self.idcode
