# SPDX-License-Identifier: Apache-2.0
"""Reset and clock control: oscillators, PLL1, bus dividers, peripheral clock enables.

RM0456 section 11 (registers), DS13086 (oscillators, PLL characteristics).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.stm32.rcc_base import (
    FLASH_BIT,
    HSI16_HZ,
    Oscillator,
    RccBase,
    RccSystem,
    bit_registers,
)
from hil.virtual.stm32.u5.pll import PllSettings
from hil.virtual.stm32.u5.pwr import Pwr

MSISON, MSISRDY, MSIKON, MSIKRDY = 1 << 0, 1 << 2, 1 << 4, 1 << 5
MSIPLLEN, MSIPLLSEL, MSIPLLFAST = 1 << 3, 1 << 6, 1 << 7
HSION, HSIRDY = 1 << 8, 1 << 10
HSI48ON, HSI48RDY = 1 << 12, 1 << 13
PLL1ON, PLL1RDY = 1 << 24, 1 << 25
MSIRGSEL = 1 << 23

SW_MSIS, SW_HSI16, SW_HSE, SW_PLL1 = 0, 1, 2, 3
SYSCLK_NAMES = ("MSIS", "HSI16", "HSE", "PLL1")

MSI_RANGES_HZ = (
    48_000_000, 24_000_000, 16_000_000, 12_000_000, 4_000_000, 2_000_000, 1_330_000, 1_000_000,
    3_072_000, 1_536_000, 1_024_000, 768_000, 400_000, 200_000, 133_000, 100_000,
)  # fmt: skip
ADF1SEL = 16
"""Position in CCIPR3."""
LSEON, LSERDY, LSEDRV = 1 << 0, 1 << 1, 3 << 3
LSESYSEN, LSESYSRDY = 1 << 7, 1 << 11
LSE_START_PS = 2 * PS_PER_SECOND
"""DS13086, LSE oscillator characteristics: 2 s typical."""
LSESYS_START_PS = 100_000_000
"""From LSESYSEN to LSESYSRDY: a few periods of the crystal; an assumption."""

_CRYPTOGRAPHY = 0x0199_0000
"""AES, PKA, SAES, OTFDEC1 and 2 in AHB2ENR1: the U585 has them, the U575 not."""
_MEMORIES_AHB1, _MEMORIES_AHB2, _MEMORIES_AHB3 = 1 << 31 | FLASH_BIT, 3 << 30, 1 << 31
"""SRAM1 and flash, SRAM2 and 3, SRAM4: their clocks run after reset, and stay on here."""


class Rcc(RccBase):
    """RCC of the STM32U585."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CR", MSISON | MSISRDY | MSIKON | MSIKRDY,
                       MSISON | MSIKON | HSION | HSI48ON | PLL1ON | MSIPLLEN | MSIPLLSEL
                       | MSIPLLFAST, sizes=ANY_SIZE,
                       status=MSISRDY | MSIKRDY | HSIRDY | HSI48RDY | PLL1RDY),
        0x08: Register("ICSCR1", 0x4400_0000, 0xFF80_0000, sizes=ANY_SIZE),
        0x1C: Register("CFGR1", 0, 0x0000_0003, sizes=ANY_SIZE, status=0xC),
        0x20: Register("CFGR2", 0x0000_6000, 0x0000_077F, sizes=ANY_SIZE),
        0x24: Register("CFGR3", 0, 0x0000_0070, sizes=ANY_SIZE),
        0x28: Register("PLL1CFGR", 0, 0x0007_FF1F, sizes=ANY_SIZE),
        0x34: Register("PLL1DIVR", 0x0101_0280, 0x7F7F_FFFF, sizes=ANY_SIZE),
        0x38: Register("PLL1FRACR", 0, 0x0000_FFF8, sizes=ANY_SIZE),
        **bit_registers({
            0x60: ("AHB1RSTR", 0, 0x0007_100F),
            0x64: ("AHB2RSTR1", 0, 0x19BF_55FF),
            0x6C: ("AHB3RSTR", 0, 0x0000_0661),
            0x7C: ("APB2RSTR", 0, 0x0067_7800),
            0x88: ("AHB1ENR", 0xD020_0100, 0xD107_110F & ~_MEMORIES_AHB1),
            0x8C: ("AHB2ENR1", 0xC000_0000, 0xD9BF_55FF & ~_MEMORIES_AHB2),
            0x90: ("AHB2ENR2", 0, 0x0000_0111),
            0x94: ("AHB3ENR", 0x8000_0000, 0x8000_1665 & ~_MEMORIES_AHB3),
            0x9C: ("APB1ENR1", 0, 0x017E_483F),
            0xA0: ("APB1ENR2", 0, 0x0080_0222),
            0xA4: ("APB2ENR", 0, 0x0067_7800),
            0xA8: ("APB3ENR", 0, 0x0030_F8E2),
        }),
        0xE0: Register("CCIPR1", 0, 0x0000_0003, sizes=ANY_SIZE),
        0xE4: Register("CCIPR2", 0, 0, sizes=ANY_SIZE),
        0xE8: Register("CCIPR3", 0, 7 << ADF1SEL, sizes=ANY_SIZE),
        0xF0: Register("BDCR", 0, LSEON | LSEDRV | LSESYSEN, sizes=ANY_SIZE,
                       status=LSERDY | LSESYSRDY),
        0xF4: Register("CSR", 0x0C00_4400, 1 << 23, sizes=ANY_SIZE),
    }  # fmt: skip

    ENABLES = ("AHB1ENR", "AHB2ENR1", "AHB2ENR2", "AHB3ENR", "APB1ENR1", "APB1ENR2", "APB2ENR",
               "APB3ENR")  # fmt: skip
    KERNEL_CLOCKS: ClassVar[Mapping[str, tuple[str, int]]] = {"USART1": ("CCIPR1", 0)}
    OSCILLATORS = (
        Oscillator("MSIS", MSISON, MSISRDY),
        Oscillator("MSIK", MSIKON, MSIKRDY),
        Oscillator("HSI16", HSION, HSIRDY),
        Oscillator("HSI48", HSI48ON, HSI48RDY),
    )
    MAIN_PLL = Oscillator("PLL1", PLL1ON, PLL1RDY)

    def __init__(self, system: RccSystem, name: str, base: int, pwr: Pwr) -> None:
        self.pwr = pwr
        self._lse_ready_at: int | None = None
        self._lsesys_ready_at: int | None = None
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Return to MSIS at 4 MHz with every peripheral's clock off; the backup domain stays."""
        kept = self.values.get("BDCR", 0)
        super().reset()
        self.values["BDCR"] = kept
        self._ready_at = {"MSIS": 0, "MSIK": 0}

    def power_on(self) -> None:
        """The backup domain has lost its supply as well: the crystal is stopped."""
        self.values["BDCR"] = 0
        self._lse_ready_at = self._lsesys_ready_at = None

    # -- oscillators -----------------------------------------------------------------------------

    @property
    def msis_hz(self) -> int:
        """Frequency of MSIS: the range of ICSCR1 when selected there, else the one of CSR."""
        icscr1, csr = self.values["ICSCR1"], self.values["CSR"]
        return MSI_RANGES_HZ[icscr1 >> 28 if icscr1 & MSIRGSEL else csr >> 12 & 15]

    @property
    def pll1(self) -> PllSettings:
        """PLL1 as its registers stand."""
        source = self.values["PLL1CFGR"] & 3
        hz = (0, self.msis_hz, HSI16_HZ, 0)[source]
        return PllSettings.of_registers(
            hz, self.values["PLL1CFGR"], self.values["PLL1DIVR"], self.values["PLL1FRACR"]
        )

    @property
    def pll1_source(self) -> str | None:
        """Name of PLL1's input clock, None if none is selected."""
        return (None, "MSIS", "HSI16", "HSE")[self.values["PLL1CFGR"] & 3]

    @property
    def booster_hz(self) -> Fraction:
        """Clock of the EPOD booster: PLL1's input over PLL1MBOOST; 0 without an input."""
        source = self.pll1_source
        if source is None or not self.is_ready(source):
            return Fraction(0)
        return self.pll1.booster_hz

    # -- the crystal on LSE ----------------------------------------------------------------------

    def _has_come(self, ready_at: int | None) -> bool:
        return self.system.lse_present and ready_at is not None and self.system.now_ps >= ready_at

    def read_bdcr(self) -> int:
        """BDCR with the ready flags as they stand now."""
        value = self.values["BDCR"] & ~(LSERDY | LSESYSRDY)
        value |= LSERDY if self._has_come(self._lse_ready_at) else 0
        return value | (LSESYSRDY if self._has_come(self._lsesys_ready_at) else 0)

    def write_bdcr(self, value: int) -> None:
        """Switch the crystal, and lead it to RCC; the backup domain has to be writable."""
        before = self.values["BDCR"]
        rising = value & ~before
        if value ^ before and not self.pwr.backup_domain_writable:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "BDCR is written while PWR_DBPR.DBP is 0", 0xF0
            )
        if (value ^ before) & LSEDRV and before & LSEON:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "LSEDRV is changed while LSEON is 1", 0xF0
            )
        if before & ~value & LSEON and self.values["CR"] & MSIPLLEN:
            raise self.broken(Rule.CLOCK_TREE, "LSE is switched off while MSI follows it", 0xF0)
        if rising & LSESYSEN and not self._has_come(self._lse_ready_at):
            raise self.broken(Rule.CLOCK_TREE, "LSESYSEN is set before LSERDY", 0xF0)
        if rising & LSEON:
            self._lse_ready_at = self.system.now_ps + LSE_START_PS
        elif not value & LSEON:
            self._lse_ready_at = None
        if rising & LSESYSEN:
            self._lsesys_ready_at = self.system.now_ps + LSESYS_START_PS
        elif not value & LSESYSEN:
            self._lsesys_ready_at = None
        self.values["BDCR"] = value

    @property
    def msi_is_locked(self) -> bool:
        """Whether MSIS follows the crystal."""
        locked = self.values["CR"] & (MSIPLLEN | MSIPLLSEL) == MSIPLLEN | MSIPLLSEL
        return locked and self._has_come(self._lsesys_ready_at)

    def _check_msi_pll(self, before: int, value: int) -> None:
        if (before ^ value) & MSIPLLSEL and before & MSIPLLEN:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "MSIPLLSEL is changed while MSIPLLEN is 1", 0x00
            )
        if value & ~before & MSIPLLEN and not self._has_come(self._lsesys_ready_at):
            raise self.broken(Rule.CLOCK_TREE, "MSIPLLEN is set before LSESYSRDY", 0x00)

    # -- derived clocks --------------------------------------------------------------------------

    def _deviating_hz(self, hz: int) -> int:
        """What a clock that comes from MSIS really is; limits are checked by what it should be."""
        source = SYSCLK_NAMES[self.values["CFGR1"] & 3]
        if source == "PLL1":
            source = self.pll1_source or ""
        if source != "MSIS" or self.msi_is_locked:
            return hz
        return hz + hz * self.system.msi_ppm // 1_000_000

    @property
    def core_hz(self) -> int:
        """Clock of the core, of SysTick and of DWT_CYCCNT, with MSI's deviation."""
        return self._deviating_hz(self.hclk_hz)

    def usart_kernel_hz(self, usart: str) -> int:
        """Kernel clock of a UART, with MSI's deviation where it comes from there."""
        nominal_hz = super().usart_kernel_hz(usart)
        register, position = self.KERNEL_CLOCKS[usart]
        from_hsi = self.values[register] >> position & 3 == 2
        return nominal_hz if from_hsi else self._deviating_hz(nominal_hz)

    @property
    def msik_hz(self) -> int:
        """Frequency of MSIK, selected as that of MSIS is."""
        icscr1, csr = self.values["ICSCR1"], self.values["CSR"]
        return MSI_RANGES_HZ[icscr1 >> 24 & 15 if icscr1 & MSIRGSEL else csr >> 8 & 15]

    @property
    def adf_kernel(self) -> tuple[int, int]:
        """Kernel clock of ADF1 as it should be, and with MSI's deviation."""
        selection = self.values["CCIPR3"] >> ADF1SEL & 7
        if selection == 0:
            return self.hclk_hz, self.core_hz
        if selection != 4:
            what = f"ADF1SEL = {selection}: only HCLK and MSIK are modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, 0xE8)
        if not self.is_ready("MSIK"):
            raise self.broken(Rule.CLOCK_TREE, "ADF1 runs from MSIK, which is off", 0xE8)
        follows = not self.values["CR"] & MSIPLLSEL and self.values["CR"] & MSIPLLEN
        exact = bool(follows) and self._has_come(self._lsesys_ready_at)
        deviation = 0 if exact else self.msik_hz * self.system.msi_ppm // 1_000_000
        return self.msik_hz, self.msik_hz + deviation

    def adf_clock_is_on(self) -> bool:
        """Whether ADF1 has its bus clock."""
        return self.clock_is_on("AHB3ENR", 10)

    def _clock_hz(self, selection: int) -> int:
        if selection == SW_MSIS:
            return self.msis_hz
        if selection == SW_HSI16:
            return HSI16_HZ
        if selection == SW_PLL1:
            return int(self.pll1.output_hz)
        return 0

    def _selected_hz(self) -> int:
        return self._clock_hz(self.values["CFGR1"] & 3)

    @property
    def bus_dividers(self) -> int:
        """CFGR2: HPRE, PPRE1, PPRE2."""
        return self.values["CFGR2"]

    # -- registers with behaviour ----------------------------------------------------------------

    def read_cr(self) -> int:
        """CR with the ready flags as they stand now."""
        return self.with_ready_flags(self.values["CR"])

    def write_cr(self, value: int) -> None:
        """Switch oscillators and PLL1."""
        before, used = self.values["CR"], SYSCLK_NAMES[self.values["CFGR1"] & 3]
        self._check_msi_pll(before, value)
        self.switch_oscillators(before, value, used, self.pll1_source)
        self.switch_pll(before, value, used, self.pll1_source, self._check_pll1)
        self.values["CR"] = value
        if (before ^ value) & MSIPLLEN:
            self.system.clock_changed("MSIPLLEN")

    def _check_pll1(self) -> None:
        voltage_range = self.pwr.voltage_range
        too_fast = self.pll1.too_fast(voltage_range)
        if too_fast is not None:
            raise self.broken(Rule.VOLTAGE_RANGE, too_fast, 0x28)
        fault = self.pll1.fault(voltage_range)
        if fault is not None:
            raise self.broken(Rule.CLOCK_TREE, fault, 0x28)

    def write_icscr1(self, value: int) -> None:
        """Change the MSI ranges."""
        if not self.is_ready("MSIS") and (value ^ self.values["ICSCR1"]) >> 28:
            raise self.broken(Rule.CLOCK_TREE, "MSISRANGE is changed while MSIS settles", 0x08)
        self.values["ICSCR1"] = value
        self.system.clock_changed("MSISRANGE")

    def write_cfgr1(self, value: int) -> None:
        """Switch the system clock; SWS follows at once."""
        selection = value & 3
        name = SYSCLK_NAMES[selection]
        if not self.is_ready(name):
            raise self.broken(Rule.CLOCK_TREE, f"SYSCLK is switched to {name}, not ready", 0x1C)
        if selection == SW_PLL1 and not self.values["PLL1CFGR"] >> 18 & 1:
            raise self.broken(Rule.CLOCK_TREE, "SYSCLK is switched to PLL1 with PLL1REN 0", 0x1C)
        self.values["CFGR1"] = value & ~0xC | selection << 2
        self.system.clock_changed(f"SYSCLK from {name}")

    def write_cfgr2(self, value: int) -> None:
        """Change AHB and APB dividers."""
        self.values["CFGR2"] = value
        self.system.clock_changed("bus dividers")

    def _require_pll1_off(self, register: str, offset: int) -> None:
        if self.values["CR"] & PLL1ON:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, f"{register} is changed while PLL1 is on", offset
            )

    def write_pll1cfgr(self, value: int) -> None:
        """Set PLL1's source, input divider, booster divider and output enables.

        The register's description also wants PLL1PEN, QEN and REN written with PLL1 off, but ST's
        own driver sets REN after PLL1RDY; both orders pass.
        """
        changed = value ^ self.values["PLL1CFGR"]
        if changed & 0xFF0F:
            self._require_pll1_off("PLL1CFGR", 0x28)
        if changed & 0xF003 and self.pwr.booster_enabled:
            raise self.broken(
                Rule.EPOD_BOOSTER, "the booster's clock is changed while BOOSTEN is 1", 0x28
            )
        uses_pll1 = self.values["CFGR1"] & 3 == SW_PLL1
        if uses_pll1 and changed & 1 << 18:
            raise self.broken(Rule.CLOCK_TREE, "PLL1REN is cleared while PLL1 is SYSCLK", 0x28)
        self.values["PLL1CFGR"] = value
        if changed & 1 << 4:
            self._sysclk_hz = None
            self.system.clock_changed("PLL1FRACEN")

    def write_pll1divr(self, value: int) -> None:
        """Set PLL1's multiplier and output dividers."""
        if value != self.values["PLL1DIVR"]:
            self._require_pll1_off("PLL1DIVR", 0x34)
        self.values["PLL1DIVR"] = value

    def write_pll1fracr(self, value: int) -> None:
        """Set PLL1's fraction, which may be done at any time."""
        self.values["PLL1FRACR"] = value
        self.system.clock_changed("PLL1FRACR")

    def write_csr(self, value: int) -> None:
        """RMVF clears the reset flags."""
        if value & 1 << 23:
            self.values["CSR"] &= 0x0000_FF00


class RccU575(Rcc):
    """RCC of the STM32U575, which has no cryptographic accelerators to clock."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **Rcc.REGISTERS,
        **bit_registers({
            0x64: ("AHB2RSTR1", 0, 0x19BF_55FF & ~_CRYPTOGRAPHY),
            0x8C: ("AHB2ENR1", 0xC000_0000, 0x19BF_55FF & ~_CRYPTOGRAPHY),
        }),
    }  # fmt: skip
