# SPDX-License-Identifier: Apache-2.0
"""What a debug probe leaves behind."""

from __future__ import annotations

from hil.virtual.cortex_m.dwt import DebugControl, Dwt
from hil.virtual.faults.fault import Fault, FaultyMachine
from hil.virtual.scheduler import PS_PER_SECOND

DBG_LOW_POWER, DBG_H7 = 0x7, 0x0070_003F
"""DBG_SLEEP, DBG_STOP, DBG_STANDBY as debuggers set them; on the H7 for all domains with the debug
clocks (RM0351, RM0433, RM0456: DBGMCU_CR). The U5 has no DBG_SLEEP; a debugger keeps its clocks up
through the debug port."""

LEAVES_AFTER_PS = 50 * PS_PER_SECOND // 1000


class DebugSleep(Fault):
    """Clocks go on in sleep, because a probe has left its bits in DBGMCU_CR."""

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        self._dbgmcu = machine.peripherals["DBGMCU"]
        writable = self._dbgmcu.REGISTERS[0x04].writable
        self._left = writable & (DBG_H7 if writable >> 20 else DBG_LOW_POWER)
        dwt = machine.peripherals["DWT"]
        assert isinstance(dwt, Dwt)
        self._dwt = dwt
        machine.loop.on_sleep = self._slept

    def reset(self) -> None:
        """Leave the bits set, whatever was done about them before."""
        self._dbgmcu.values["CR"] |= self._left

    def _slept(self, cycles: int) -> None:
        if self._dbgmcu.values["CR"] & self._left:
            self._dwt.pass_cycles(cycles)
            self.struck += 1


class TraceLost(Fault):
    """DEMCR is cleared 50 ms after each start, as by a debugger that disconnects."""

    def reset(self) -> None:
        """Count from this start."""
        self.machine.schedule(self.name, self.machine.now_ps + LEAVES_AFTER_PS)

    def on_time(self) -> None:
        """Clear DEMCR."""
        debug = self.machine.peripherals["DEBUG"]
        assert isinstance(debug, DebugControl)
        debug.clear_from_outside()
        self.struck += 1
