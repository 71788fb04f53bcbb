# SPDX-License-Identifier: Apache-2.0
"""Power control: voltage ranges, EPOD booster, regulators (RM0456 section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar, Protocol

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.power_control import PowerControl

BOOSTRDY, VOSRDY, BOOSTEN = 1 << 14, 1 << 15, 1 << 18
VOS_POSITION = 16

VOS_SETTLE_PS = 40_000_000
"""Time for the core voltage to rise by one change of range; an assumption on the slow side."""
BOOST_START_PS = 20_000_000
"""Time from BOOSTEN to BOOSTRDY; an assumption, the manual gives none."""

BOOSTER_MIN_HZ, BOOSTER_MAX_HZ = 4_000_000, 16_000_000

BOOST_ABOVE_HZ = 55_000_000
"""SYSCLK above which the booster is needed (the description of BOOSTRDY says 50 MHz)."""
HCLK_MAX_HZ = {1: 160_000_000, 2: 110_000_000, 3: 55_000_000, 4: 25_000_000}


class BoosterClock(Protocol):
    """What PWR asks of RCC."""

    @property
    def booster_hz(self) -> Fraction:
        """Clock of the EPOD booster; 0 without one."""


class Pwr(PowerControl):
    """PWR of the STM32U575/585. Whoever makes the chip's parts sets `rcc`."""

    rcc: BoosterClock

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x08: Register("CR3", 0, 0x6, sizes=ANY_SIZE),
        0x0C: Register("VOSR", VOSRDY, BOOSTEN | 3 << VOS_POSITION, sizes=ANY_SIZE,
                       status=VOSRDY | BOOSTRDY),
        0x10: Register("SVMCR", 0, 0x7000_0000, sizes=ANY_SIZE),
        0x28: Register("DBPR", 0, 1, sizes=ANY_SIZE),
        0x2C: Register("UCPDR", 0, 1, sizes=ANY_SIZE),
        0x38: Register("SR", 0, 1, write_one=True, sizes=ANY_SIZE),
        0x3C: Register("SVMSR", 0, 0, sizes=ANY_SIZE),
    }  # fmt: skip

    def reset(self) -> None:
        """Return to range 4, booster off."""
        super().reset()
        self._range = 4
        self._previous_range = 4
        self._range_settled_at = 0
        self._boosted_at: int | None = None

    @property
    def backup_domain_writable(self) -> bool:
        """DBPR.DBP."""
        return bool(self.values["DBPR"] & 1)

    @property
    def io2_valid(self) -> bool:
        """SVMCR.IO2SV."""
        return bool(self.values["SVMCR"] >> 29 & 1)

    @property
    def voltage_range(self) -> int:
        """The range that the core voltage satisfies now: the slower one while it rises."""
        if self.system.now_ps < self._range_settled_at:
            return max(self._range, self._previous_range)
        return self._range

    @property
    def booster_enabled(self) -> bool:
        """Whether BOOSTEN is set."""
        return bool(self.values["VOSR"] & BOOSTEN)

    @property
    def booster_ready(self) -> bool:
        """Whether the booster runs: BOOSTRDY."""
        if not self.booster_enabled:
            return False
        clock_hz = self.rcc.booster_hz
        if not BOOSTER_MIN_HZ <= clock_hz <= BOOSTER_MAX_HZ:
            self._boosted_at = None
            return False
        if self._boosted_at is None:
            self._boosted_at = self.system.now_ps + BOOST_START_PS
        return self.system.now_ps >= self._boosted_at

    def read_vosr(self) -> int:
        """VOSR with its ready flags."""
        value = self.values["VOSR"] & ~(VOSRDY | BOOSTRDY)
        if self.system.now_ps >= self._range_settled_at:
            value |= VOSRDY
        return value | BOOSTRDY if self.booster_ready else value

    def write_vosr(self, value: int) -> None:
        """Change the voltage range, the booster, or both."""
        new_range = 4 - (value >> VOS_POSITION & 3)
        if new_range != self._range:
            if self.system.now_ps < self._range_settled_at:
                raise self.broken(Rule.VOLTAGE_RANGE, "VOS is changed before VOSRDY is set", 0x0C)
            self._previous_range, self._range = self._range, new_range
            if new_range < self._previous_range:
                self._range_settled_at = self.system.now_ps + VOS_SETTLE_PS
        self.values["VOSR"] = value
        if self.booster_enabled:
            self._check_booster()
        else:
            self._boosted_at = None
        self.system.clock_changed("PWR_VOSR")

    def _check_booster(self) -> None:
        clock_hz = self.rcc.booster_hz
        if self._range > 2:
            raise self.broken(
                Rule.EPOD_BOOSTER, f"BOOSTEN is set in voltage range {self._range}", 0x0C
            )
        if clock_hz and not BOOSTER_MIN_HZ <= clock_hz <= BOOSTER_MAX_HZ:
            raise self.broken(
                Rule.EPOD_BOOSTER,
                f"the booster's clock is {float(clock_hz) / 1e6:g} MHz, outside 4 to 16 MHz",
                0x0C,
            )
        self.booster_ready  # noqa: B018  # starts the booster's start-up time

    def read_svmsr(self) -> int:
        """SVMSR: regulator, active voltage range."""
        regulator = self.values["CR3"] & 2
        value = regulator | (4 - self.voltage_range) << 16
        if self.system.now_ps >= self._range_settled_at:
            value |= 1 << 15
        return value | (1 << 25 if self.values["SVMCR"] >> 29 & 1 else 0)

    def write_sr(self, value: int) -> None:
        """CSSF clears the stop and standby flags, which are never set here."""

    def check(self, sysclk_hz: int, hclk_hz: int, cause: str) -> None:
        """Raise if the clocks are too fast for the voltage range and the booster as they stand."""
        active = self.voltage_range
        limit = HCLK_MAX_HZ[active]
        if sysclk_hz > limit:
            raise self.broken(
                Rule.VOLTAGE_RANGE,
                f"SYSCLK is {sysclk_hz / 1e6:g} MHz in voltage range {active}"
                f" (at most {limit / 1e6:g} MHz) after a change of {cause}",
                0x0C,
            )
        if sysclk_hz > BOOST_ABOVE_HZ and not self.booster_ready:
            state = "not ready" if self.booster_enabled else "off"
            raise self.broken(
                Rule.EPOD_BOOSTER,
                f"SYSCLK is {sysclk_hz / 1e6:g} MHz with the EPOD booster {state}"
                f" after a change of {cause}",
                0x0C,
            )
