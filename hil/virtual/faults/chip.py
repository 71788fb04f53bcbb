# SPDX-License-Identifier: Apache-2.0
"""Faults of the chip, of its reset line and of the port: watchdog, LSI, ready flags."""

from __future__ import annotations

from hil.virtual.faults.fault import Fault, FaultyMachine, MidClipFault, find_peripheral
from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.stm32.iwdg import LSI_HZ, Iwdg

LSI_TOLERANCE_PERCENT = 10

STALE_CYCLES = 16
"""Core cycles for which a flag may still say ready after a write, at most up to the second look:
a look at a peripheral takes several cycles of its bus on silicon, and one here."""
LATE_PS = 20 * PS_PER_SECOND // 1_000_000
"""Time by which a flag says ready later than the hardware is."""

READY_FLAGS = {
    "RCC": {"CR": 1 << 1 | 1 << 2 | 1 << 5 | 1 << 8 | 1 << 10 | 1 << 17 | 1 << 25},
    "PWR": {"VOSR": 3 << 14, "CSR1": 1 << 13, "D3CR": 1 << 13, "SRDCR": 1 << 13},
    "USART": {"ISR": 3 << 21},
    "LPUART": {"ISR": 3 << 21},
}
"""By peripheral and register, what is 1 when something is ready: oscillators and PLL, voltage and
booster, TEACK and REACK. What a family has for software to write in such a place is left out."""
BUSY_FLAGS = {"PWR": {"SR2": 1 << 10}, "IWDG": {"SR": 3}, "ICACHE": {"SR": 1}}
"""What is 0 when something is ready: VOSF; PVU and RVU; BUSYF."""


class LsiOff(Fault):
    """The LSI runs off its nominal frequency, in parts of which it is given in percent."""

    def __init__(self, machine: FaultyMachine, name: str, percent: int) -> None:
        super().__init__(machine, name)
        watchdog_of(machine).lsi_hz = LSI_HZ * (100 + percent) // 100
        self.struck = 1


class HseMissing(Fault):
    """No clock arrives at HSE: the ST-LINK has no power, or a solder bridge is open."""

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        machine.hse_present = False
        self.struck = 1


class LseMissing(Fault):
    """The 32.768 kHz crystal does not start."""

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        machine.lse_present = False
        self.struck = 1


class WatchdogBite(MidClipFault):
    """The core is stopped in mid-clip, as after a dip of its supply; the watchdog restarts it."""

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        watchdog_of(machine).on_bite = machine.watchdog_reset

    def strike(self) -> None:
        """Stop the core until the next reset."""
        self.machine.loop.stand_still()


class ResetInClip(MidClipFault):
    """Somebody pushes the reset button in mid-clip."""

    def strike(self) -> None:
        """Pull the reset line."""
        self.machine.reset()


class PortVanishes(MidClipFault):
    """The USB cable is pulled in mid-clip, and plugged in again."""

    def strike(self) -> None:
        """Let the port fail."""
        self.machine.port_fails()


class StaleReady(Fault):
    """Ready flags lag behind what they tell of."""

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        self._lags: list[FlagLag] = []
        for peripheral in machine.peripherals.values():
            kind = peripheral.name.rstrip("0123456789")
            ready, busy = READY_FLAGS.get(kind, {}), BUSY_FLAGS.get(kind, {})
            if ready or busy:
                peripheral.flag_lag = lag = FlagLag(self, peripheral, ready, busy)
                self._lags.append(lag)

    def reset(self) -> None:
        """All flags say what is so."""
        for lag in self._lags:
            lag.reset()


class FlagLag:
    """What the flags of one peripheral show, and since when that is wrong."""

    def __init__(
        self,
        fault: StaleReady,
        peripheral: AnyPeripheral,
        ready: dict[str, int],
        busy: dict[str, int],
    ) -> None:
        self._fault, self._peripheral = fault, peripheral
        registers = {register.name: register.writable for register in peripheral.REGISTERS.values()}
        self._flags = {
            name: ((ready.get(name, 0) | busy.get(name, 0)) & ~writable, busy.get(name, 0))
            for name, writable in registers.items()
            if name in ready or name in busy
        }
        self._shown: dict[str, int] = {}
        self._wrong_since_ps: dict[tuple[str, int], int] = {}

    def reset(self) -> None:
        """Show what is so."""
        self._wrong_since_ps.clear()
        self._shown = {name: self._actual(name) for name in self._flags}

    def _actual(self, name: str) -> int:
        mask, busy = self._flags[name]
        return (self._peripheral.value_of(name) ^ busy) & mask

    def written(self) -> None:
        """Take note that a register was written: flags may have become wrong."""
        for name in self._flags:
            self._follow(name)

    def shown(self, name: str, value: int) -> int:
        """What a read of a register gives instead of `value`."""
        if name not in self._flags:
            return value
        self._follow(name)
        mask, busy = self._flags[name]
        value = value & ~mask | (self._shown[name] ^ busy) & mask
        self._shown[name] &= self._actual(name)
        return value

    def _follow(self, name: str) -> None:
        """Let each flag follow what is so, once it has been wrong for long enough."""
        now_ps = self._fault.machine.now_ps
        stale_ps = STALE_CYCLES * PS_PER_SECOND // self._fault.machine.rcc.core_hz
        actual = self._actual(name)
        for bit in range(32):
            if not (actual ^ self._shown[name]) >> bit & 1:
                self._wrong_since_ps.pop((name, bit), None)
                continue
            since_ps = self._wrong_since_ps.setdefault((name, bit), now_ps)
            if now_ps - since_ps >= (LATE_PS if actual >> bit & 1 else stale_ps):
                self._shown[name] ^= 1 << bit
                del self._wrong_since_ps[(name, bit)]
                self._fault.struck += 1


def watchdog_of(machine: FaultyMachine) -> Iwdg:
    """The machine's independent watchdog."""
    found = find_peripheral(machine.peripherals, "IWDG")
    assert isinstance(found, Iwdg)
    return found
