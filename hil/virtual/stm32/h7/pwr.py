# SPDX-License-Identifier: Apache-2.0
"""Power control of the STM32H743 and H7A3: the core's supply, voltage scaling, overdrive.

RM0433 sections 6.4, 6.6 and 6.8, RM0455 sections 6.4, 6.6 and 6.8; DS12110, DS13195: general
operating conditions. VOS0 is the fastest scale, VOS3 the one after a reset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.power_control import PowerControl, PowerSystem
from hil.virtual.system import OperatingPoint

BYPASS, LDOEN, SCUEN, SMPSEN = 1, 2, 4, 4
SUPPLY_BITS = 0xFF
"""Lower byte of CR3, which is written once after power-on."""
DBP = 1 << 8
ACTVOSRDY, VOSRDY, VOS_POSITION = 1 << 13, 1 << 13, 14
ODEN = 1
START_HZ = 64_000_000

SUPPLY_SETTLE_PS = 20_000_000
VOS_SETTLE_PS = 40_000_000
"""Times until ACTVOSRDY and VOSRDY; assumptions, the manuals give none."""

MHZ = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Fastest clocks at one voltage scale, in MHz."""

    core_mhz: float
    bus_mhz: float
    """AXI and AHB."""
    apb_mhz: float


H743_LIMITS = (
    Limits(480, 240, 120), Limits(400, 200, 100), Limits(300, 150, 75), Limits(200, 100, 50),
)  # fmt: skip
H7A3_LIMITS = (
    Limits(280, 280, 140), Limits(225, 225, 112.5), Limits(160, 160, 80), Limits(88, 88, 44),
)  # fmt: skip


class BusClocks(Protocol):
    """What PWR asks of RCC: the clocks of the APBs in Hz."""

    @property
    def pclk1_hz(self) -> int:
        """APB1 clock."""

    @property
    def pclk2_hz(self) -> int:
        """APB2 clock."""

    @property
    def pclk3_hz(self) -> int:
        """APB3 clock."""

    @property
    def pclk4_hz(self) -> int:
        """APB4 clock."""


class PwrH7(PowerControl):
    """PWR of both lines; `supply` is how the board's wiring supplies the core.

    Whoever makes the chip's parts sets `rcc`.
    """

    rcc: BusClocks

    LIMITS: ClassVar[tuple[Limits, ...]]
    VOS_OF_CODE: ClassVar[Mapping[int, int]]
    SCALING = ""
    """Name of the register with VOS."""
    START_CR3 = LDOEN | SCUEN
    SUPPLIES: ClassVar[Mapping[str, int]]
    """What the lower byte of CR3 has to hold for each way that a board can supply the core."""

    def __init__(self, system: PowerSystem, name: str, base: int, supply: str) -> None:
        self.supply = supply
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Return to VOS3; the supply stays configured over all resets but a power-on."""
        kept = self.values.get("CR3", self.START_CR3)
        super().reset()
        self.values["CR3"] = kept
        self._vos = self._previous_vos = 3
        self._settled_at = 0

    def power_on(self) -> None:
        """Power-on: the supply has to be configured; until then RAM must not be written."""
        self.values["CR3"] = self.START_CR3
        self._supplied_at: int | None = None
        self._seen_ready = False

    # -- state -----------------------------------------------------------------------------------

    @property
    def supplied(self) -> bool:
        """Whether the supply is configured and has settled (ACTVOSRDY)."""
        return self._supplied_at is not None and self.system.now_ps >= self._supplied_at

    @property
    def ram_is_writable(self) -> bool:
        """Whether the firmware has left Run*, the state after a power-on: it saw ACTVOSRDY."""
        return self._seen_ready

    @property
    def settled(self) -> bool:
        """Whether the core voltage has reached its scale."""
        return self.system.now_ps >= self._settled_at

    @property
    def voltage_range(self) -> int:
        """The scale that the core voltage satisfies now: the slower one while it rises."""
        return self._vos if self.settled else max(self._vos, self._previous_vos)

    def _move_to(self, vos: int) -> None:
        self._previous_vos, self._vos = self.voltage_range, vos
        self._settled_at = self.system.now_ps + VOS_SETTLE_PS

    # -- registers -------------------------------------------------------------------------------

    def write_cr3(self, value: int) -> None:
        """Configure the supply: once, and as the board is wired."""
        before = self.values["CR3"]
        if self._supplied_at is not None:
            if (value ^ before) & SUPPLY_BITS & ~SCUEN:
                what = f"CR3 = 0x{value:08x} after it has been written; only a power-on unlocks it"
                raise self.broken(Rule.SUPPLY_CONFIGURATION, what, 0x0C)
            return
        wanted = self.SUPPLIES[self.supply]
        if value & SUPPLY_BITS & ~self.ignored_supply_bits != wanted:
            what = f"CR3 = 0x{value:08x}; the board supplies the core by {self.supply}"
            raise self.broken(Rule.SUPPLY_CONFIGURATION, f"{what} (0x{wanted:02x})", 0x0C)
        self.values["CR3"] = wanted
        self._supplied_at = self.system.now_ps + SUPPLY_SETTLE_PS

    @property
    def ignored_supply_bits(self) -> int:
        """Bits of CR3 that may be written with either value."""
        return 0

    def read_csr1(self) -> int:
        """ACTVOS and ACTVOSRDY."""
        codes = {vos: code for code, vos in self.VOS_OF_CODE.items()}
        value = codes[max(self.voltage_range, min(codes))] << VOS_POSITION
        if not (self.supplied and self.settled):
            return value
        if not self._seen_ready:
            self._seen_ready = True
            self.system.bus_memory.reach_changed()
        return value | ACTVOSRDY

    def _read_scaling(self) -> int:
        return self.values[self.SCALING] & ~VOSRDY | (VOSRDY if self.settled else 0)

    def _write_scaling(self, value: int) -> None:
        vos = self.VOS_OF_CODE.get(value >> VOS_POSITION & 3)
        if vos is None:
            raise self.broken(Rule.VOLTAGE_RANGE, "VOS = 0 is reserved", 0x18)
        if vos != self.requested_scale:
            self._check_change(vos)
            self._move_to(vos)
        self.values[self.SCALING] = value
        self.system.clock_changed(f"PWR_{self.SCALING}.VOS")

    @property
    def requested_scale(self) -> int:
        """The scale that the VOS field asks for."""
        return self._vos

    def _check_change(self, vos: int) -> None:
        if not self.supplied:
            state = "configured" if self._supplied_at is None else "ready (ACTVOSRDY)"
            what = f"VOS is changed to VOS{vos} before the supply is {state}"
            raise self.broken(Rule.SUPPLY_CONFIGURATION, what, 0x18)
        if not self.settled:
            what = f"VOS is changed to VOS{vos} before VOSRDY is set"
            raise self.broken(Rule.VOLTAGE_RANGE, what, 0x18)

    # -- checks ----------------------------------------------------------------------------------

    def limiting_rule(self, _mhz: float) -> Rule:
        """The rule that a clock beyond the present scale's limit breaks."""
        return Rule.VOLTAGE_RANGE

    def check_sysclk(self, hz: int, what: str, cause: str) -> None:
        """Raise if a clock is faster than the core may be at the voltage as it stands."""
        vos = self.voltage_range
        limit = self.LIMITS[vos].core_mhz
        if hz > limit * MHZ:
            raise self.broken(
                self.limiting_rule(hz / MHZ),
                f"{what} is {hz / 1e6:g} MHz at VOS{vos} (at most {limit:g} MHz)"
                f" after a change of {cause}",
                0x18,
            )

    def check(self, sysclk_hz: int, hclk_hz: int, cause: str) -> None:
        """Raise if a clock is too fast for the core voltage as it stands."""
        rcc = self.rcc
        if self._supplied_at is None and sysclk_hz != START_HZ:
            what = f"SYSCLK becomes {sysclk_hz / 1e6:g} MHz before the supply is configured"
            raise self.broken(Rule.SUPPLY_CONFIGURATION, what, 0x0C)
        self.check_sysclk(sysclk_hz, "SYSCLK", cause)
        vos = self.voltage_range
        limits = self.LIMITS[vos]
        buses = (
            ("AXI and AHB", hclk_hz, limits.bus_mhz),
            ("APB1", rcc.pclk1_hz, limits.apb_mhz),
            ("APB2", rcc.pclk2_hz, limits.apb_mhz),
            ("APB3", rcc.pclk3_hz, limits.apb_mhz),
            ("APB4", rcc.pclk4_hz, limits.apb_mhz),
        )
        for name, hz, limit_mhz in buses:
            if hz > max(limit_mhz * MHZ, START_HZ):  # All buses run at 64 MHz after a reset.
                what = f"{name} is {hz / 1e6:g} MHz at VOS{vos} (at most {limit_mhz:g} MHz)"
                what += f" after a change of {cause}"
                raise self.broken(Rule.VOLTAGE_RANGE, what, 0x18)


def _registers(scaling: str, start: int, supply_bits: int) -> dict[int, Register]:
    return {
        0x00: Register("CR1", 0xF000_C000, DBP, sizes=ANY_SIZE),
        0x04: Register("CSR1", 0, 0, sizes=ANY_SIZE),
        0x08: Register("CR2", 0, 0, sizes=ANY_SIZE),
        0x0C: Register("CR3", 6, supply_bits, sizes=ANY_SIZE),
        0x10: Register("CPUCR", 0, 0, sizes=ANY_SIZE),
        0x18: Register(scaling, start, 3 << VOS_POSITION, sizes=ANY_SIZE, status=VOSRDY),
    }


class PwrH743(PwrH7):
    """PWR of the STM32H743, which has no step-down converter; VOS0 is VOS1 with overdrive."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers("D3CR", 0x4000, 7)
    LIMITS = H743_LIMITS
    VOS_OF_CODE: ClassVar[Mapping[int, int]] = {1: 3, 2: 2, 3: 1}
    SCALING = "D3CR"
    SUPPLIES: ClassVar[Mapping[str, int]] = {"LDO": LDOEN}
    HAS_OVERDRIVE: ClassVar[bool] = True

    @property
    def ignored_supply_bits(self) -> int:
        """SCUEN, which belongs to the hardware."""
        return SCUEN

    @property
    def requested_scale(self) -> int:
        """The scale that the VOS field asks for: 1 with overdrive too."""
        return max(1, self._vos)

    def read_d3cr(self) -> int:
        """VOS and VOSRDY."""
        return self._read_scaling()

    def write_d3cr(self, value: int) -> None:
        """Change the scale, which overdrive must not meet."""
        vos = self.VOS_OF_CODE.get(value >> VOS_POSITION & 3)
        if self._vos == 0 and vos != 1:
            raise self.broken(Rule.VOS0_BOOST, "VOS leaves VOS1 while ODEN is 1", 0x18)
        self._write_scaling(value)

    def limiting_rule(self, mhz: float) -> Rule:
        """VOS0_BOOST where overdrive would allow the clock."""
        boost = self.HAS_OVERDRIVE and self.voltage_range == 1 and mhz <= self.LIMITS[0].core_mhz
        return Rule.VOS0_BOOST if boost else Rule.VOLTAGE_RANGE

    def set_overdrive(self, on: bool) -> str | None:
        """Take SYSCFG_PWRCR.ODEN; say what is wrong with it, or return None."""
        if on == (self._vos == 0):
            return None
        if on and not self.HAS_OVERDRIVE:
            return "this revision of the chip has no VOS0"
        if on and self._vos != 1:
            return f"ODEN is set at VOS{self._vos}; VOS0 is reached from VOS1"
        if not self.settled:
            return "ODEN is changed before VOSRDY is set"
        self._move_to(0 if on else 1)
        return None


class PwrH743Y(PwrH743):
    """PWR of revision Y, which has no VOS0."""

    HAS_OVERDRIVE: ClassVar[bool] = False


class PwrH7A3(PwrH7):
    """PWR of the STM32H7A3 with step-down converter: VOS0 is a scale like the others."""

    REGISTERS: ClassVar[Mapping[int, Register]] = _registers("SRDCR", 0, 0x3F)
    LIMITS = H7A3_LIMITS
    VOS_OF_CODE: ClassVar[Mapping[int, int]] = {0: 3, 1: 2, 2: 1, 3: 0}
    SCALING = "SRDCR"
    SUPPLIES: ClassVar[Mapping[str, int]] = {"SMPS": SMPSEN, "LDO": LDOEN}

    def read_srdcr(self) -> int:
        """VOS and VOSRDY."""
        return self._read_scaling()

    def write_srdcr(self, value: int) -> None:
        """Change the scale."""
        self._write_scaling(value)


class SyscfgH743(Peripheral[OperatingPoint]):
    """SYSCFG of the STM32H743, of which only the overdrive is modelled (RM0433 section 12)."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {0x2C: Register("PWRCR", 0, ODEN)}

    def __init__(self, system: OperatingPoint, name: str, base: int, pwr: PwrH743) -> None:
        self.pwr = pwr
        super().__init__(system, name, base)

    def write_pwrcr(self, value: int) -> None:
        """Switch overdrive."""
        wrong = self.pwr.set_overdrive(bool(value & ODEN))
        if wrong is not None:
            raise self.broken(Rule.VOS0_BOOST, wrong, 0x2C)
        self.values["PWRCR"] = value
        self.system.clock_changed("SYSCFG_PWRCR.ODEN")
