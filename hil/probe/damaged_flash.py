# SPDX-License-Identifier: Apache-2.0
"""Flash that an interrupted write has left unreadable: made fit for a flash algorithm to run.

On U5 and L4 a read of such cells raises the NMI, which no debugger masks. The core's own read of
its vectors after a reset does so, and then any code that is started, a flash algorithm included,
ends in the NMI instead (RM0456, RM0351, RM0394, RM0432: FLASH, ECC double error detection). So the
page of the vectors is erased by the probe alone, through the controller's registers, and the reset
that follows takes the NMI away. On the H7 such a read is a bus fault of whoever reads.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from generator.errors import ToolError

KEYS = (0x4567_0123, 0xCDEF_89AB)
PER, STRT, LOCK, BSY = 1 << 1, 1 << 16, 1 << 31, 1 << 16
ERRORS = 0xE3FA
"""All error flags of both families; writing 1 clears them."""
LONGEST_ERASE_S = 5.0


@dataclass(frozen=True, slots=True)
class Registers:
    """Addresses in a family's flash controller."""

    key: int
    status: int
    control: int


REGISTERS = {
    "STM32U5": Registers(0x4002_2008, 0x4002_2020, 0x4002_2028),
    "STM32L4": Registers(0x4002_2008, 0x4002_2010, 0x4002_2014),
}
"""By the first letters of the part (RM0456, RM0351: FLASH register map)."""


def erase_vectors(target: Any) -> bool:
    """Erase the first page of a halted part where damaged cells raise the NMI, and halt it again.

    False: nothing was done, the part has no need of it. Raises ToolError, and pyOCD's own errors.
    """
    part = str(target.part_number).upper()
    registers = next((regs for name, regs in REGISTERS.items() if part.startswith(name)), None)
    if registers is not None:
        _erase_first_page(target, registers)
    # What was read of the cells before has left the NMI pending.
    target.reset_and_halt()
    return registers is not None


def _erase_first_page(target: Any, registers: Registers) -> None:
    target.write32(registers.status, ERRORS)
    if target.read32(registers.control) & LOCK:
        for key in KEYS:
            target.write32(registers.key, key)
    target.write32(registers.control, PER)
    target.write32(registers.control, PER | STRT)
    end_s = time.monotonic() + LONGEST_ERASE_S
    while (status := target.read32(registers.status)) & BSY and time.monotonic() < end_s:
        pass
    target.write32(registers.control, LOCK)
    if status & (BSY | ERRORS):
        raise ToolError(
            f"the first page of flash cannot be erased: the status register is {status:#010x}",
            "erase the part with STM32CubeProgrammer: -c port=SWD mode=UR -e all",
        )
