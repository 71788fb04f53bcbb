# SPDX-License-Identifier: Apache-2.0
"""Power control of the STM32L4 and L4+: voltage ranges, boost mode, the supply of port G.

RM0351, RM0394 sections 5.1.7 and 5.4, RM0432 sections 5.1.8 and 5.4; DS10969, DS11451, DS12023:
general operating conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.power_control import PowerControl

VOS_POSITION, VOSF, IOSV, R1MODE = 9, 1 << 10, 1 << 9, 1 << 8
VOS = 3 << VOS_POSITION
DBP = 1 << 8

VOS_SETTLE_PS = 40_000_000
"""The regulator takes up to 40 us from range 2 to range 1 (data sheets, t_VOST)."""

NORMAL_MAX_HZ = 80_000_000
BOOST_MAX_HZ = 120_000_000
RANGE2_MAX_HZ = 26_000_000


class PllCheck(Protocol):
    """What PWR asks of RCC."""

    def check_pll(self, cause: str) -> None:
        """Raise if the running PLL is outside what the core voltage allows."""


class PwrL43(PowerControl):
    """PWR of the STM32L43x and L44x: no VDDIO2, no boost mode.

    Whoever makes the chip's parts sets `rcc`.
    """

    rcc: PllCheck

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CR1", 1 << VOS_POSITION, VOS | DBP, sizes=ANY_SIZE),
        0x04: Register("CR2", 0, 0, sizes=ANY_SIZE),
        0x08: Register("CR3", 0x8000, 0, sizes=ANY_SIZE),
        0x0C: Register("CR4", 0, 0, sizes=ANY_SIZE),
        0x10: Register("SR1", 0, 0, sizes=ANY_SIZE),
        0x14: Register("SR2", 0, 0, sizes=ANY_SIZE),
        0x18: Register("SCR", 0, 0x11F, write_one=True, sizes=ANY_SIZE),
    }

    def reset(self) -> None:
        """Return to range 1."""
        super().reset()
        self._range = 1
        self._settled_at = 0

    @property
    def voltage_range(self) -> int:
        """The range that the core voltage satisfies now: 2 while it rises."""
        return 2 if self.system.now_ps < self._settled_at else self._range

    @property
    def boosted(self) -> bool:
        """Whether range 1 is in boost mode."""
        return False

    @property
    def sysclk_max_hz(self) -> int:
        """Fastest SYSCLK at the core voltage as it stands."""
        if self.voltage_range == 2:
            return RANGE2_MAX_HZ
        return BOOST_MAX_HZ if self.boosted else NORMAL_MAX_HZ

    def limiting_rule(self, hz: int) -> Rule:
        """The rule that a clock beyond `sysclk_max_hz` breaks."""
        needs_boost = self.has_boost and self.voltage_range == 1 and hz <= BOOST_MAX_HZ
        return Rule.RANGE1_BOOST if needs_boost else Rule.VOLTAGE_RANGE

    @property
    def has_boost(self) -> bool:
        """Whether the line has a boost mode at all."""
        return False

    def describe(self) -> str:
        """Name the operating mode."""
        if self.has_boost and self.voltage_range == 1:
            return "voltage range 1, " + ("boost mode" if self.boosted else "normal mode")
        return f"voltage range {self.voltage_range}"

    def write_cr1(self, value: int) -> None:
        """Change the voltage range."""
        new_range = value >> VOS_POSITION & 3
        if new_range not in (1, 2):
            raise self.broken(Rule.VOLTAGE_RANGE, f"VOS = {new_range} is reserved", 0x00)
        if new_range != self._range:
            if self.system.now_ps < self._settled_at:
                raise self.broken(Rule.VOLTAGE_RANGE, "VOS is changed while VOSF is 1", 0x00)
            self._range = new_range
            if new_range == 1:
                self._settled_at = self.system.now_ps + VOS_SETTLE_PS
        self.values["CR1"] = value
        self.rcc.check_pll("PWR_CR1.VOS")
        self.system.clock_changed("PWR_CR1.VOS")

    def read_sr2(self) -> int:
        """SR2: VOSF while the voltage rises."""
        return VOSF if self.system.now_ps < self._settled_at else 0

    def write_scr(self, value: int) -> None:
        """Clear wake-up flags, which are never set here."""

    def check(self, sysclk_hz: int, hclk_hz: int, cause: str) -> None:
        """Raise if SYSCLK is too fast for the core voltage as it stands."""
        limit = self.sysclk_max_hz
        if sysclk_hz > limit:
            raise self.broken(
                self.limiting_rule(sysclk_hz),
                f"SYSCLK is {sysclk_hz / 1e6:g} MHz in {self.describe()}"
                f" (at most {limit / 1e6:g} MHz) after a change of {cause}",
                0x00,
            )


class PwrL4(PwrL43):
    """PWR of the STM32L47x and L48x: PG2 to PG15 are powered from VDDIO2."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **PwrL43.REGISTERS,
        0x04: Register("CR2", 0, IOSV, sizes=ANY_SIZE),
    }

    @property
    def io2_valid(self) -> bool:
        """CR2.IOSV."""
        return bool(self.values["CR2"] & IOSV)


class PwrL4Plus(PwrL4):
    """PWR of the STM32L4R and L4S: range 1 has a boost mode above 80 MHz."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **PwrL4.REGISTERS,
        0x80: Register("CR5", R1MODE, R1MODE, sizes=ANY_SIZE),
    }

    @property
    def has_boost(self) -> bool:
        """It has one."""
        return True

    @property
    def boosted(self) -> bool:
        """CR5.R1MODE is 0."""
        return not self.values["CR5"] & R1MODE

    def write_cr5(self, value: int) -> None:
        """Enter or leave boost mode."""
        self.values["CR5"] = value
        self.rcc.check_pll("PWR_CR5.R1MODE")
        self.system.clock_changed("PWR_CR5.R1MODE")
