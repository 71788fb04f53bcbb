# SPDX-License-Identifier: Apache-2.0
"""Reset and clock control of the STM32L4 and L4+.

RM0351, RM0394 section 6.4, RM0432 section 6.4 (registers); DS10969, DS11451, DS12023 (oscillators).
No crystal or clock is fitted at HSE on the boards modelled, so HSE is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.l4.pll import L4_PLL, L4_PLUS_PLL, PllLimits, PllSettings
from hil.virtual.stm32.l4.pwr import NORMAL_MAX_HZ, PwrL43
from hil.virtual.stm32.rcc_base import (
    FLASH_BIT,
    HSI16_HZ,
    OSCILLATOR_START_PS,
    Oscillator,
    RccBase,
    RccSystem,
    bit_registers,
)

MSION, MSIRDY, MSIRGSEL, MSIRANGE = 1 << 0, 1 << 1, 1 << 3, 15 << 4
HSION, HSIRDY = 1 << 8, 1 << 10
PLLON, PLLRDY = 1 << 24, 1 << 25
PLLREN = 1 << 24
PLL_ENABLES = 1 << 16 | 1 << 20 | PLLREN
SW, SWS, HPRE, PPRE = 3, 3 << 2, 15 << 4, 7 << 8 | 7 << 11
LSION, LSIRDY, RMVF = 1 << 0, 1 << 1, 1 << 23

DFSDM1SEL, DFSDM1SEL_PLUS, ADCSEL = 1 << 31, 1 << 2, 3 << 28
"""In CCIPR of the L475, in CCIPR2 of the L4+, in CCIPR."""

SW_PLL = 3
SYSCLK_NAMES = ("MSI", "HSI16", "HSE", "PLL")

MSI_RANGES_HZ = (
    100_000, 200_000, 400_000, 800_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000,
    24_000_000, 32_000_000, 48_000_000,
)  # fmt: skip

HALF_SPEED_PS = 1_000_000
"""SYSCLK crosses 80 MHz with AHB divided, and stays divided for at least 1 us (RM0432, PWR)."""


class RccL4(RccBase):
    """RCC of the STM32L475."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CR", 0x63, MSION | MSIRGSEL | MSIRANGE | HSION | PLLON, sizes=ANY_SIZE,
                       status=MSIRDY | HSIRDY | PLLRDY),
        0x04: Register("ICSCR", 0x1000_0000, 0, sizes=ANY_SIZE),
        0x08: Register("CFGR", 0, SW | HPRE | PPRE, sizes=ANY_SIZE, status=SWS),
        0x0C: Register("PLLCFGR", 0x1000, 0x0773_7F73, sizes=ANY_SIZE),
        **bit_registers({
            0x28: ("AHB1RSTR", 0, 0x0001_1103 & ~FLASH_BIT),
            0x2C: ("AHB2RSTR", 0, 0x0004_30FF),
            0x30: ("AHB3RSTR", 0, 0x0000_0101),
            0x38: ("APB1RSTR1", 0, 0xF2FE_C03F),
            0x3C: ("APB1RSTR2", 0, 0x0000_0025),
            0x40: ("APB2RSTR", 0, 0x0167_7C01),
            0x48: ("AHB1ENR", FLASH_BIT, 0x0001_1103 & ~FLASH_BIT),
            0x4C: ("AHB2ENR", 0, 0x0004_30FF),
            0x50: ("AHB3ENR", 0, 0x0000_0101),
            0x58: ("APB1ENR1", 0, 0xF2FE_C83F),
            0x5C: ("APB1ENR2", 0, 0x0000_0025),
            0x60: ("APB2ENR", 0, 0x0167_7C81),
        }),
        0x88: Register("CCIPR", 0, DFSDM1SEL | 0x0FFF, sizes=ANY_SIZE),
        0x90: Register("BDCR", 0, 0, sizes=ANY_SIZE),
        0x94: Register("CSR", 0x0C00_0600, RMVF | LSION, sizes=ANY_SIZE, status=LSIRDY),
    }  # fmt: skip

    ENABLES = ("AHB1ENR", "AHB2ENR", "AHB3ENR", "APB1ENR1", "APB1ENR2", "APB2ENR")
    KERNEL_CLOCKS: ClassVar[Mapping[str, tuple[str, int]]] = {
        name: ("CCIPR", 2 * index)
        for index, name in enumerate(("USART1", "USART2", "USART3", "UART4", "UART5", "LPUART1"))
    }
    OSCILLATORS = (Oscillator("MSI", MSION, MSIRDY), Oscillator("HSI16", HSION, HSIRDY))
    MAIN_PLL = Oscillator("PLL", PLLON, PLLRDY)
    PLL: ClassVar[PllLimits] = L4_PLL
    DFSDM_CLOCK: ClassVar[tuple[str, int]] = ("CCIPR", DFSDM1SEL)
    """Register and bit that give the DFSDM SYSCLK instead of PCLK2."""

    def __init__(self, system: RccSystem, name: str, base: int, pwr: PwrL43) -> None:
        self.pwr = pwr
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Return to MSI at 4 MHz."""
        super().reset()
        self._ready_at = {"MSI": 0}

    # -- clocks ----------------------------------------------------------------------------------

    def _msi_hz(self, control: int) -> int:
        code = control >> 4 if control & MSIRGSEL else self.values["CSR"] >> 8
        return MSI_RANGES_HZ[min(code & 15, len(MSI_RANGES_HZ) - 1)]

    @property
    def msi_hz(self) -> int:
        """Frequency of MSI: the range of CR when selected there, else the one of CSR."""
        return self._msi_hz(self.values["CR"])

    @property
    def pll(self) -> PllSettings:
        """The main PLL as its register stands."""
        source_hz = {"MSI": self.msi_hz, "HSI16": HSI16_HZ}.get(self.pll_source or "", 0)
        return PllSettings.of_register(source_hz, self.values["PLLCFGR"], self.PLL)

    @property
    def pll_source(self) -> str | None:
        """Name of the PLL's input clock, None if none is selected."""
        return (None, "MSI", "HSI16", "HSE")[self.values["PLLCFGR"] & 3]

    def _hz_of(self, selection: int) -> int:
        return (self.msi_hz, HSI16_HZ, 0, int(self.pll.output_hz))[selection]

    def _selected_hz(self) -> int:
        return self._hz_of(self.values["CFGR"] & SW)

    @property
    def bus_dividers(self) -> int:
        """HPRE, PPRE1, PPRE2 of CFGR, moved to 4, 4 and 4 bits."""
        value = self.values["CFGR"]
        return value >> 4 & 15 | (value >> 8 & 7) << 4 | (value >> 11 & 7) << 8

    def check_pll(self, cause: str) -> None:
        """Raise if the running PLL is outside what the core voltage allows."""
        if not self.values["CR"] & PLLON:
            return
        pll, limit_hz = self.pll, self.pwr.sysclk_max_hz
        where = f"in {self.pwr.describe()} after a change of {cause}"
        if self.values["PLLCFGR"] & PLLREN and pll.output_hz > limit_hz:
            raise self.broken(
                self.pwr.limiting_rule(int(pll.output_hz)),
                f"the PLL's output R is {float(pll.output_hz) / 1e6:g} MHz {where}"
                f" (at most {limit_hz / 1e6:g} MHz)",
                0x0C,
            )
        too_fast = pll.too_fast(self.pwr.voltage_range)
        if too_fast is not None:
            raise self.broken(Rule.VOLTAGE_RANGE, f"{too_fast} {where}", 0x0C)
        fault = pll.fault()
        if fault is not None:
            raise self.broken(Rule.CLOCK_TREE, f"{fault} after a change of {cause}", 0x0C)

    # -- registers with behaviour ----------------------------------------------------------------

    def read_cr(self) -> int:
        """CR with the ready flags as they stand now."""
        return self.with_ready_flags(self.values["CR"])

    def write_cr(self, value: int) -> None:
        """Switch oscillators and the PLL, choose the MSI's range."""
        before = self.values["CR"]
        used = SYSCLK_NAMES[self.values["CFGR"] & SW]
        self.switch_oscillators(before, value, used, self.pll_source)
        self._check_msi(before, value)
        self.values["CR"] = value
        self.switch_pll(before, value, used, self.pll_source, self._check_started_pll)
        if (before ^ value) & (MSIRGSEL | MSIRANGE):
            self.check_pll("MSIRANGE")
            self.system.clock_changed("MSIRANGE")

    def _check_msi(self, before: int, value: int) -> None:
        if value >> 4 & 15 >= len(MSI_RANGES_HZ):
            raise self.broken(Rule.CLOCK_TREE, "MSIRANGE is reserved", 0x00)
        if not (before ^ value) & (MSIRGSEL | MSIRANGE):
            return
        if before & MSION and not self.is_ready("MSI"):
            raise self.broken(Rule.CLOCK_TREE, "MSIRANGE is changed while MSI settles", 0x00)
        if before & MSIRGSEL and not value & MSIRGSEL:
            raise self.broken(Rule.CLOCK_TREE, "MSIRGSEL is cleared; only a reset can", 0x00)
        if self._msi_hz(before) != self._msi_hz(value) and value & MSION:
            self._ready_at["MSI"] = self.system.now_ps + OSCILLATOR_START_PS

    def _check_started_pll(self) -> None:
        self.check_pll("PLLON")

    def write_cfgr(self, value: int) -> None:
        """Switch the system clock (SWS follows at once) and the bus dividers."""
        selection, before = value & SW, self.values["CFGR"]
        name = SYSCLK_NAMES[selection]
        if not self.is_ready(name):
            raise self.broken(Rule.CLOCK_TREE, f"SYSCLK is switched to {name}, not ready", 0x08)
        if selection == SW_PLL and not self.values["PLLCFGR"] & PLLREN:
            raise self.broken(Rule.CLOCK_TREE, "SYSCLK is switched to the PLL with PLLREN 0", 0x08)
        self._check_steps(before, value)
        self.values["CFGR"] = value & ~SWS | selection << 2
        changed = f"SYSCLK from {name}" if selection != before & SW else "bus dividers"
        self.system.clock_changed(changed)

    def _check_steps(self, before: int, value: int) -> None:
        """Nothing here; the L4+ wants SYSCLK to cross 80 MHz in two steps."""

    def write_pllcfgr(self, value: int) -> None:
        """Set the PLL's source, factors and output enables."""
        changed = value ^ self.values["PLLCFGR"]
        if changed & ~PLL_ENABLES and self.values["CR"] & PLLON:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "PLLCFGR is changed while the PLL is on", 0x0C
            )
        if changed & PLLREN and self.values["CFGR"] & SW == SW_PLL:
            raise self.broken(Rule.CLOCK_TREE, "PLLREN is cleared while the PLL is SYSCLK", 0x0C)
        self.values["PLLCFGR"] = value
        self.check_pll("PLLCFGR")

    def dfsdm_kernel_hz(self) -> int:
        """Clock of DFSDM1: PCLK2 or SYSCLK."""
        register, bit = self.DFSDM_CLOCK
        return self.sysclk_hz if self.values[register] & bit else self.pclk2_hz

    def dfsdm_audio_hz(self) -> int:
        """Clock of SAI1, which the DFSDM may divide as well: not modelled."""
        raise self.broken(Rule.UNMODELLED_REGISTER, "the audio clock of DFSDM1 is not modelled")

    def read_csr(self) -> int:
        """CSR; the LSI is ready at once."""
        value = self.values["CSR"]
        return value | LSIRDY if value & LSION else value & ~LSIRDY

    def write_csr(self, value: int) -> None:
        """LSION; RMVF clears the reset flags."""
        kept = self.values["CSR"] & ~LSION | value & LSION
        self.values["CSR"] = kept & 0xFFFF if value & RMVF else kept


class RccL43(RccL4):
    """RCC of the STM32L432: fewer peripherals, USART3 and UART4, 5 among those it lacks."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **RccL4.REGISTERS,
        **bit_registers({
            0x2C: ("AHB2RSTR", 0, 0x0004_2087),
            0x30: ("AHB3RSTR", 0, 0x0000_0100),
            0x38: ("APB1RSTR1", 0, 0xF7A2_8031),
            0x40: ("APB2RSTR", 0, 0x0023_5801),
            0x4C: ("AHB2ENR", 0, 0x0004_2087),
            0x50: ("AHB3ENR", 0, 0x0000_0100),
            0x58: ("APB1ENR1", 0, 0xF7A2_8C31),
            0x60: ("APB2ENR", 0, 0x0023_5881),
        }),
        0x88: Register("CCIPR", 0, ADCSEL | 0x0C0F, sizes=ANY_SIZE),
    }  # fmt: skip

    def adc_kernel_hz(self) -> int:
        """Clock that ADCSEL gives the ADC: none, or SYSCLK; PLLSAI1 is not modelled."""
        selection = (self.values["CCIPR"] & ADCSEL) >> 28
        if selection in (1, 2):
            raise self.broken(Rule.UNMODELLED_REGISTER, f"ADCSEL = {selection} is not modelled")
        return self.sysclk_hz if selection else 0

    def timer_hz(self) -> int:
        """Clock of the timers on APB1: twice that of APB1, where that is divided."""
        return self.pclk1_hz if self.pclk1_hz == self.hclk_hz else 2 * self.pclk1_hz


class RccL4Plus(RccL4):
    """RCC of the STM32L4R5: a wider PLLM, and SYSCLK crosses 80 MHz in two steps."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **RccL4.REGISTERS,
        **bit_registers({
            0x28: ("AHB1RSTR", 0, 0x0003_1107 & ~FLASH_BIT),
            0x2C: ("AHB2RSTR", 0, 0x0054_71FF),
            0x30: ("AHB3RSTR", 0, 0x0000_0301),
            0x38: ("APB1RSTR1", 0, 0xF3FE_C03F),
            0x3C: ("APB1RSTR2", 0, 0x0000_0023),
            0x40: ("APB2RSTR", 0, 0x0167_7801),
            0x48: ("AHB1ENR", FLASH_BIT, 0x0003_1107 & ~FLASH_BIT),
            0x4C: ("AHB2ENR", 0, 0x0054_71FF),
            0x50: ("AHB3ENR", 0, 0x0000_0301),
            0x58: ("APB1ENR1", 0, 0xF3FE_CC3F),
            0x5C: ("APB1ENR2", 0, 0x0000_0023),
            0x60: ("APB2ENR", 0, 0x0167_7881),
        }),
        0x0C: Register("PLLCFGR", 0x1000, 0x0773_7FF3, sizes=ANY_SIZE),
        0x88: Register("CCIPR", 0, 0x0FFF, sizes=ANY_SIZE),
        0x9C: Register("CCIPR2", 0, DFSDM1SEL_PLUS, sizes=ANY_SIZE),
    }  # fmt: skip
    DFSDM_CLOCK = ("CCIPR2", DFSDM1SEL_PLUS)
    PLL: ClassVar[PllLimits] = L4_PLUS_PLL

    def reset(self) -> None:
        """Reset."""
        super().reset()
        self._crossed_at = 0

    def _check_steps(self, before: int, value: int) -> None:
        old_hz, new_hz = self._hz_of(before & SW), self._hz_of(value & SW)
        undivided = not value >> 7 & 1
        if (old_hz > NORMAL_MAX_HZ) != (new_hz > NORMAL_MAX_HZ):
            if undivided:
                raise self.broken(
                    Rule.RANGE1_BOOST,
                    f"SYSCLK goes from {old_hz / 1e6:g} to {new_hz / 1e6:g} MHz"
                    " with the AHB prescaler at 1; it has to divide meanwhile",
                    0x08,
                )
            self._crossed_at = self.system.now_ps
        elif new_hz > NORMAL_MAX_HZ and undivided and before >> 7 & 1:
            passed = self.system.now_ps - self._crossed_at
            if passed < HALF_SPEED_PS:
                raise self.broken(
                    Rule.RANGE1_BOOST,
                    f"the AHB prescaler goes to 1 only {passed / 1e6:.2f} us after SYSCLK rose"
                    " above 80 MHz (at least 1 us)",
                    0x08,
                )
