# SPDX-License-Identifier: Apache-2.0
"""Reset and clock control of the STM32H743 and H7A3.

RM0433 section 8, RM0455 section 8. The two share the clock tree; the registers of the domains have
other names, the reset causes and clock enables other places, and the sets of peripherals differ.
PLL2, PLL3, LSE and the clock security system are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.h7.pll import PllSettings
from hil.virtual.stm32.h7.pwr import PwrH7
from hil.virtual.stm32.rcc_base import (
    AHB_DIVIDERS,
    APB_DIVIDERS,
    Oscillator,
    RccBase,
    RccSystem,
)

HSI_HZ, CSI_HZ = 64_000_000, 4_000_000

HSION, HSIKERON, HSIRDY, HSIDIV, HSIDIVF = 1 << 0, 1 << 1, 1 << 2, 3 << 3, 1 << 5
CSION, CSIRDY, CSIKERON = 1 << 7, 1 << 8, 1 << 9
HSI48ON, HSI48RDY = 1 << 12, 1 << 13
DOMAINS_READY = 1 << 14 | 1 << 15
HSEON, HSERDY, HSEBYP, HSEEXT = 1 << 16, 1 << 17, 1 << 18, 1 << 20
PLL1ON, PLL1RDY = 1 << 24, 1 << 25
CR_WRITABLE = HSION | HSIKERON | HSIDIV | CSION | CSIKERON | HSI48ON | HSEON | HSEBYP | PLL1ON
CR_STATUS = HSIRDY | HSIDIVF | CSIRDY | HSI48RDY | DOMAINS_READY | HSERDY | PLL1RDY

SW, SWS_POSITION = 7, 3
SW_PLL1 = 3
SYSCLK_NAMES = ("HSI", "CSI", "HSE", "PLL1")
PLL_SOURCES = ("HSI", "CSI", "HSE", None)
DIVP1EN, DIVQ1EN, FRAC1EN = 1 << 16, 1 << 17, 1 << 0
PLL1_FIELDS = 0xF | 7 << 16
"""Of PLLCFGR: fraction, VCO, input range and outputs of PLL1."""
LSION, LSIRDY = 1, 2
RMVF = 1 << 16

DFSDM1SEL, SAI1SEL = 1 << 24, 7
"""In D2CCIP1R or CDCCIP1R."""
UART_CLOCKS = ("PCLK", "PLL2Q", "PLL3Q", "HSI", "CSI", "LSE")


class RccH7(RccBase):
    """What the RCCs of both lines have in common."""

    ENABLES = ("AHB3ENR", "AHB1ENR", "AHB2ENR", "AHB4ENR", "APB3ENR", "APB1LENR", "APB1HENR",
               "APB2ENR", "APB4ENR")  # fmt: skip
    OSCILLATORS = (
        Oscillator("HSI", HSION, HSIRDY),
        Oscillator("CSI", CSION, CSIRDY),
        Oscillator("HSI48", HSI48ON, HSI48RDY),
        Oscillator("HSE", HSEON, HSERDY),
    )
    MAIN_PLL = Oscillator("PLL1", PLL1ON, PLL1RDY)
    CORE, APB, WAKE, KERNEL, KERNEL_1 = "", "", "", "", ""
    """Names of the registers with the core's and AHB's, the APBs', APB4's dividers, UART clocks,
    the DFSDM's clock."""
    WIDE_VCO_HZ: ClassVar[tuple[int, int]]
    RSR_BITS: ClassVar[Mapping[int, int]]
    """Causes of a reset, as the machine names them, to their bits in RSR."""

    def __init__(self, system: RccSystem, name: str, base: int, pwr: PwrH7, hse_hz: int) -> None:
        self.pwr = pwr
        self.hse_hz = hse_hz
        """Clock that the board feeds into HSE; 0: none."""
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Return to HSI at 64 MHz; RMVF stays as it is."""
        kept = self.values.get("RSR", 0) & RMVF
        super().reset()
        self.values["RSR"] = kept
        self._ready_at = {"HSI": 0, "CSI": 0}

    def power_on(self) -> None:
        """Power-on clears RMVF."""
        self.values["RSR"] = 0

    @property
    def reset_flags(self) -> int:
        """Causes of the resets since the flags were last cleared, as the machine names them."""
        bits = self.values["RSR"]
        return sum(cause for cause, mask in self.RSR_BITS.items() if bits & mask == mask)

    def set_reset_flags(self, flags: int) -> None:
        """Put the causes of resets into RSR, unless RMVF is still set there."""
        if not self.values["RSR"] & RMVF:
            bits = sum(mask for cause, mask in self.RSR_BITS.items() if flags & cause)
            self.values["RSR"] = bits

    # -- clocks ----------------------------------------------------------------------------------

    @property
    def hsi_hz(self) -> int:
        """HSI behind its divider."""
        return HSI_HZ >> (self.values["CR"] >> 3 & 3)

    def _source_hz(self, name: str | None) -> int:
        hz = {"HSI": self.hsi_hz, "CSI": CSI_HZ, "HSE": self.hse_hz}
        return hz.get(name or "", 0)

    @property
    def pll_source(self) -> str | None:
        """Name of PLL1's input clock, None if none is selected."""
        return PLL_SOURCES[self.values["PLLCKSELR"] & 3]

    @property
    def pll1(self) -> PllSettings:
        """PLL1 as its registers stand."""
        return PllSettings.of_registers(
            self._source_hz(self.pll_source),
            pllckselr=self.values["PLLCKSELR"],
            pllcfgr=self.values["PLLCFGR"],
            divr=self.values["PLL1DIVR"],
            fracr=self.values["PLL1FRACR"],
            wide_vco_hz=self.WIDE_VCO_HZ,
        )

    @property
    def selected(self) -> str:
        """Name of SYSCLK's source."""
        return SYSCLK_NAMES[self.values["CFGR"] & SW]

    def _selected_hz(self) -> int:
        selected = self.selected
        return int(self.pll1.output_hz) if selected == "PLL1" else self._source_hz(selected)

    @property
    def core_hz(self) -> int:
        """SYSCLK over the core's own divider."""
        return self.sysclk_hz // AHB_DIVIDERS[self.values[self.CORE] >> 8 & 15]

    @property
    def hclk_hz(self) -> int:
        """Clock of AXI, flash and the AHBs."""
        return self.core_hz // AHB_DIVIDERS[self.values[self.CORE] & 15]

    @property
    def pclk1_hz(self) -> int:
        """APB1 clock."""
        return self.hclk_hz // APB_DIVIDERS[self.values[self.APB] >> 4 & 7]

    @property
    def pclk2_hz(self) -> int:
        """APB2 clock."""
        return self.hclk_hz // APB_DIVIDERS[self.values[self.APB] >> 8 & 7]

    @property
    def pclk3_hz(self) -> int:
        """APB3 clock."""
        return self.hclk_hz // APB_DIVIDERS[self.values[self.CORE] >> 4 & 7]

    @property
    def pclk4_hz(self) -> int:
        """APB4 clock."""
        return self.hclk_hz // APB_DIVIDERS[self.values[self.WAKE] >> 4 & 7]

    def usart_kernel_hz(self, usart: str) -> int:
        """Kernel clock of a UART: its bus, HSI or CSI."""
        register, position = self.KERNEL_CLOCKS[usart]
        code = self.values[register] >> position & 7
        source = UART_CLOCKS[min(code, len(UART_CLOCKS) - 1)]
        if source == "PCLK":
            return self.pclk2_hz if position else self.pclk1_hz
        if source not in ("HSI", "CSI"):
            raise self.broken(Rule.UNMODELLED_REGISTER, f"{usart} from {source} is not modelled")
        if not self.is_ready(source):
            raise self.broken(Rule.CLOCK_TREE, f"{usart} runs from {source}, which is off")
        return self._source_hz(source)

    def dfsdm_kernel_hz(self) -> int:
        """Clock of DFSDM1: PCLK2 or SYSCLK."""
        return self.sysclk_hz if self.values[self.KERNEL_1] & DFSDM1SEL else self.pclk2_hz

    def dfsdm_audio_hz(self) -> int:
        """The clock of SAI1, which the DFSDM may divide as well: PLL1's output Q."""
        if self.values[self.KERNEL_1] & SAI1SEL:
            what = f"{self.KERNEL_1}.SAI1SEL: an audio clock other than PLL1's output Q"
            raise self.broken(Rule.UNMODELLED_REGISTER, f"{what} is not modelled")
        if not self.is_ready("PLL1") or not self.values["PLLCFGR"] & DIVQ1EN:
            what = "the audio clock is PLL1's output Q, which is off"
            raise self.broken(Rule.CLOCK_TREE, what)
        divider = (self.values["PLL1DIVR"] >> 16 & 0x7F) + 1
        return int(self.pll1.vco_hz / divider)

    def is_ready(self, source: str) -> bool:
        """Whether an oscillator or PLL runs and has settled; HSE only while something feeds it."""
        fed = source != "HSE" or self.system.hse_present
        return fed and super().is_ready(source)

    # -- registers with behaviour ----------------------------------------------------------------

    def read_cr(self) -> int:
        """CR with the ready flags as they stand now."""
        return self.with_ready_flags(self.values["CR"])

    def write_cr(self, value: int) -> None:
        """Switch oscillators and PLL1, divide HSI."""
        before, used = self.values["CR"], self.selected
        self._check_hse(before, value)
        self.switch_oscillators(before, value, used, self.pll_source)
        if (before ^ value) & HSIDIV and before & PLL1ON and self.pll_source == "HSI":
            raise self.broken(Rule.CLOCK_TREE, "HSIDIV is changed while PLL1 runs from HSI", 0x00)
        self.values["CR"] = value
        self.switch_pll(before, value, used, self.pll_source, self._check_pll1)
        if (before ^ value) & HSIDIV:
            self._sysclk_hz = None
            self.system.clock_changed("HSIDIV")

    def _check_hse(self, before: int, value: int) -> None:
        if before & value & HSEON and (before ^ value) & (HSEBYP | HSEEXT):
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, "HSEBYP or HSEEXT is changed while HSE is on", 0x00
            )
        if not value & HSEON or before & HSEON:
            return
        if not self.hse_hz:
            raise self.broken(Rule.CLOCK_TREE, "HSE is switched on; the board has none", 0x00)
        if not value & HSEBYP:
            what = "HSE is switched on as a crystal oscillator; the board feeds a clock (HSEBYP)"
            raise self.broken(Rule.CLOCK_TREE, what, 0x00)

    def _check_pll1(self) -> None:
        pll = self.pll1
        if self.values["PLLCFGR"] & DIVP1EN:
            self.pwr.check_sysclk(int(pll.output_hz), "PLL1's output P", "PLL1ON")
        fault = pll.fault()
        if fault is not None:
            raise self.broken(Rule.CLOCK_TREE, fault, 0x30)

    def write_cfgr(self, value: int) -> None:
        """Switch the system clock; SWS follows at once."""
        selection = value & SW
        name = SYSCLK_NAMES[selection] if selection < len(SYSCLK_NAMES) else None
        if name is None or not self.is_ready(name):
            what = f"SYSCLK is switched to {name or 'a reserved source'}, not ready"
            raise self.broken(Rule.CLOCK_TREE, what, 0x10)
        if selection == SW_PLL1 and not self.values["PLLCFGR"] & DIVP1EN:
            raise self.broken(Rule.CLOCK_TREE, "SYSCLK is switched to PLL1 with DIVP1EN 0", 0x10)
        self.values["CFGR"] = selection | selection << SWS_POSITION
        self.system.clock_changed(f"SYSCLK from {name}")

    def _write_dividers(self, name: str, value: int) -> None:
        self.values[name] = value
        self.system.clock_changed(f"RCC_{name}")

    def write_core_dividers(self, value: int) -> None:
        """Change the dividers of core, AHB and APB3."""
        self._write_dividers(self.CORE, value)

    def write_apb_dividers(self, value: int) -> None:
        """Change the dividers of APB1 and APB2."""
        self._write_dividers(self.APB, value)

    def write_wake_dividers(self, value: int) -> None:
        """Change the divider of APB4."""
        self._write_dividers(self.WAKE, value)

    def _require_pll1_off(self, name: str, value: int, fields: int, offset: int) -> None:
        if (value ^ self.values[name]) & fields and self.values["CR"] & PLL1ON:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, f"{name} is changed while PLL1 is on", offset
            )
        self.values[name] = value

    def write_pllckselr(self, value: int) -> None:
        """Choose the PLLs' source and input dividers."""
        self._require_pll1_off("PLLCKSELR", value, 0x3F3, 0x28)

    def write_pllcfgr(self, value: int) -> None:
        """Set PLL1's ranges and outputs; its fraction may come and go while it runs."""
        before = self.values["PLLCFGR"]
        self._require_pll1_off("PLLCFGR", value, PLL1_FIELDS & ~FRAC1EN, 0x2C)
        if (before ^ value) & FRAC1EN:
            self.system.clock_changed("PLL1FRACEN")

    def write_pll1divr(self, value: int) -> None:
        """Set PLL1's multiplier and output dividers."""
        self._require_pll1_off("PLL1DIVR", value, 0xFFFF_FFFF, 0x30)

    def write_pll1fracr(self, value: int) -> None:
        """Set PLL1's fraction, which takes effect when PLL1FRACEN is set again."""
        if self.values["PLLCFGR"] & FRAC1EN and value != self.values["PLL1FRACR"]:
            what = "PLL1FRACR is changed while PLL1FRACEN is 1"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, 0x34)
        self.values["PLL1FRACR"] = value

    def read_csr(self) -> int:
        """CSR; the LSI is ready at once."""
        value = self.values["CSR"]
        return value | LSIRDY if value & LSION else value & ~LSIRDY

    def write_rsr(self, value: int) -> None:
        """RMVF clears the reset flags, for as long as it is set."""
        self.values["RSR"] = RMVF if value & RMVF else value

    def check_clock(self, register: str, bit: int, name: str, address: int) -> None:
        """Raise unless the clock of a peripheral is on; DMAMUX1 runs with either DMA."""
        if name == "DMAMUX1":
            if not self.values["AHB1ENR"] & 3:
                what = "DMAMUX1 is used while RCC_AHB1ENR.DMA1EN and DMA2EN are 0"
                raise RuleBroken(Rule.CLOCK_OFF, what, address)
            return
        super().check_clock(register, bit, name, address)

    def _write_enable(self, register: str, value: int) -> None:
        super()._write_enable(register, value)
        self.system.bus_memory.reach_changed()
