# SPDX-License-Identifier: Apache-2.0
"""What ST wrote into a part: a debugger reads the flash's size."""

from __future__ import annotations

import pytest

from hil.virtual.debug.debug_bus import BusError, DebugBus
from hil.virtual.machine import Machine

FLASH_SIZES = {
    "u585": (0x0BFA_07A0, 2048),
    "u575": (0x0BFA_07A0, 2048),
    "l475": (0x1FFF_75E0, 1024),
    "l4r5": (0x1FFF_75E0, 2048),
    "l432": (0x1FFF_75E0, 256),
    "h743": (0x1FF1_E880, 2048),
    "h7a3": (0x08FF_F80C, 2048),
}
"""Address and KiB, as ST's device headers and data sheets have them."""


@pytest.mark.parametrize("board", FLASH_SIZES)
def test_a_debugger_reads_the_size_of_the_flash(board: str) -> None:
    address, kib = FLASH_SIZES[board]
    machine = Machine(board)
    bus = DebugBus(machine)
    assert bus.read(address, 4) & 0xFFFF == kib
    assert bus.read(address, 2) == kib
    assert bus.read(address + 1, 1) == kib >> 8
    with pytest.raises(BusError):
        bus.read(address + 4, 4)
    with pytest.raises(BusError):
        bus.write(address, 4, 0)
    machine.close()
