# SPDX-License-Identifier: Apache-2.0
"""Independent watchdog (RM0456 section 60): not fed in time, it resets the chip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import NEVER_PS, PS_PER_SECOND
from hil.virtual.system import Events

KEY_START, KEY_FEED, KEY_UNLOCK = 0xCCCC, 0xAAAA, 0x5555
PVU, RVU = 1, 2
UPDATE_PS = 190_000_000
"""A new prescaler or reload value takes up to six LSI cycles to arrive."""
LSI_HZ = 32_000


class Iwdg(Peripheral[Events]):
    """IWDG of the STM32U5, started by software or, by option bytes, at reset."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("KR", 0, 0xFFFF, write_one=True),
        0x04: Register("PR", 0, 0xF),
        0x08: Register("RLR", 0xFFF, 0xFFF),
        0x0C: Register("SR"),
        0x10: Register("WINR", 0xFFF, 0),
    }
    PRESCALER_CODE_MAX: ClassVar[int] = 8
    """Codes beyond divide by no more."""

    lsi_hz = LSI_HZ
    on_bite: Callable[[], None] | None = None
    """What a time-out does; None: it stops the run, for the firmware has not fed it."""

    by_hardware: Callable[[], bool] | None = None
    """Whether the option bytes start it at every reset (IWDG_SW = 0)."""

    def reset(self) -> None:
        """Stopped, unless the option bytes start it."""
        super().reset()
        self.running = False
        self._unlocked = False
        self._updated_at = {"PR": 0, "RLR": 0}
        self.system.schedule(self.name, None)
        if self.by_hardware is not None and self.by_hardware():
            self.running = True
            self._feed()

    def steers_bytes(self, _offset: int) -> bool:
        """No register of a watchdog does."""
        return False

    @property
    def timeout_ps(self) -> int:
        """Time from a feed to the reset."""
        prescaler = 4 << min(self.values["PR"], self.PRESCALER_CODE_MAX)
        return (self.values["RLR"] + 1) * prescaler * PS_PER_SECOND // self.lsi_hz

    def write_kr(self, value: int) -> None:
        """Take a key: start, feed, or unlock PR and RLR."""
        self._unlocked = value == KEY_UNLOCK
        if value == KEY_START and not self.running:
            self.running = True
            arrival_ps = self.system.now_ps + UPDATE_PS
            self._updated_at = {
                name: min(time_ps, arrival_ps) for name, time_ps in self._updated_at.items()
            }
        elif value not in (KEY_START, KEY_FEED, KEY_UNLOCK):
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, f"0x{value:04x} is no key", 0x00)
        if self.running and value in (KEY_START, KEY_FEED):
            self._feed()

    def _feed(self) -> None:
        self.system.schedule(self.name, self.system.now_ps + self.timeout_ps)

    def read_sr(self) -> int:
        """Whether new values are still on their way."""
        now = self.system.now_ps
        busy = PVU if now < self._updated_at["PR"] else 0
        return busy | (RVU if now < self._updated_at["RLR"] else 0)

    def _update(self, name: str, value: int, offset: int) -> None:
        if not self._unlocked:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, f"{name} is written without the key 0x5555", offset
            )
        if self.system.now_ps < self._updated_at[name]:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, f"{name} is written before its update ended", offset
            )
        self.values[name] = value
        # The values cross into the watchdog's own clock, which runs only once it is started.
        self._updated_at[name] = self.system.now_ps + UPDATE_PS if self.running else NEVER_PS
        if self.running:
            self._feed()

    def write_pr(self, value: int) -> None:
        """Set the prescaler."""
        self._update("PR", value, 0x04)

    def write_rlr(self, value: int) -> None:
        """Set the reload value."""
        self._update("RLR", value, 0x08)

    def catch_up(self) -> None:
        """The time since the last feed has passed: reset the chip."""
        if self.on_bite is not None:
            self.on_bite()
            return
        raise self.broken(
            Rule.WATCHDOG_RESET,
            f"not fed for {self.timeout_ps / 1e9:.1f} ms of virtual time",
        )


class IwdgL4(Iwdg):
    """IWDG of the L4 and IWDG1 of the H7, whose prescaler ends at 256 (RM0351, RM0433, RM0455)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **Iwdg.REGISTERS,
        0x04: Register("PR", 0, 0x7),
    }
    PRESCALER_CODE_MAX: ClassVar[int] = 6
