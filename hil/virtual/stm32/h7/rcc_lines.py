# SPDX-License-Identifier: Apache-2.0
"""The RCCs of the STM32H743 and H7A3: places of their registers, and what they clock.

RM0433 section 8.7, RM0455 section 8.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Register
from hil.virtual.stm32.h7.rcc import (
    CR_STATUS,
    CR_WRITABLE,
    DFSDM1SEL,
    DOMAINS_READY,
    HSEEXT,
    HSIDIVF,
    HSION,
    LSION,
    LSIRDY,
    RMVF,
    SAI1SEL,
    SW,
    SWS_POSITION,
    RccH7,
)
from hil.virtual.stm32.rcc_base import (
    RESET_BROWN_OUT,
    RESET_PIN,
    RESET_SOFTWARE,
    RESET_WATCHDOG,
    bit_registers,
)

RESET_CAUSES = Register("RSR", 0, RMVF, sizes=ANY_SIZE, status=0xFFFE_0000)


def _registers(
    core: str, apb: str, wake: str, kernel: tuple[str, str], enables: Mapping[int, tuple[str, int]]
) -> dict[int, Register]:
    """The registers of one line: names of its domains' registers, and its enables by offset."""
    return {
        0x00: Register("CR", 0x83 | HSIDIVF | DOMAINS_READY, CR_WRITABLE, sizes=ANY_SIZE,
                       status=CR_STATUS),
        0x04: Register("HSICFGR", 0x4000_0000, 0, sizes=ANY_SIZE),
        0x10: Register("CFGR", 0, SW, sizes=ANY_SIZE, status=7 << SWS_POSITION),
        0x18: Register(core, 0, 0xF7F, sizes=ANY_SIZE),
        0x1C: Register(apb, 0, 0x770, sizes=ANY_SIZE),
        0x20: Register(wake, 0, 0x70, sizes=ANY_SIZE),
        0x28: Register("PLLCKSELR", 0x0202_0200, 0x03F3_F3F3, sizes=ANY_SIZE),
        0x2C: Register("PLLCFGR", 0x01FF_0000, 0x01FF_0FFF, sizes=ANY_SIZE),
        0x30: Register("PLL1DIVR", 0x0101_0280, 0x7F7F_FFFF, sizes=ANY_SIZE),
        0x34: Register("PLL1FRACR", 0, 0xFFF8, sizes=ANY_SIZE),
        0x50: Register(kernel[0], 0, DFSDM1SEL | SAI1SEL, sizes=ANY_SIZE),
        0x54: Register(kernel[1], 0, 0x3F, sizes=ANY_SIZE),
        0x70: Register("BDCR", 0, 0, sizes=ANY_SIZE),
        0x74: Register("CSR", 0, LSION, sizes=ANY_SIZE, status=LSIRDY),
        **bit_registers({at: (name, 0, writable) for at, (name, writable) in enables.items()}),
    }  # fmt: skip


class RccH743(RccH7):
    """RCC of the STM32H743, revision V."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **_registers("D1CFGR", "D2CFGR", "D3CFGR", ("D2CCIP1R", "D2CCIP2R"), {
            0x7C: ("AHB3RSTR", 0x0001_5031), 0x80: ("AHB1RSTR", 0x0A00_8023),
            0x84: ("AHB2RSTR", 0x0000_0241), 0x88: ("AHB4RSTR", 0x0328_07FF),
            0x8C: ("APB3RSTR", 0x0000_0008), 0x90: ("APB1LRSTR", 0xE8FF_C3FF),
            0x94: ("APB1HRSTR", 0x0000_0136), 0x98: ("APB2RSTR", 0x31D7_3033),
            0x9C: ("APB4RSTR", 0x0020_DEAA),
            0xD4: ("AHB3ENR", 0x0001_5031), 0xD8: ("AHB1ENR", 0x1E03_8023),
            0xDC: ("AHB2ENR", 0xE000_0241), 0xE0: ("AHB4ENR", 0x1328_07FF),
            0xE4: ("APB3ENR", 0x0000_0048), 0xE8: ("APB1LENR", 0xE8FF_C3FF),
            0xEC: ("APB1HENR", 0x0000_0136), 0xF0: ("APB2ENR", 0x31D7_3033),
            0xF4: ("APB4ENR", 0x0021_DEAA),
        }),
        0xD0: RESET_CAUSES,
    }  # fmt: skip
    CORE, APB, WAKE = "D1CFGR", "D2CFGR", "D3CFGR"
    KERNEL, KERNEL_1 = "D2CCIP2R", "D2CCIP1R"
    KERNEL_CLOCKS: ClassVar[Mapping[str, tuple[str, int]]] = {
        "USART1": ("D2CCIP2R", 3), "USART2": ("D2CCIP2R", 0), "USART3": ("D2CCIP2R", 0),
    }  # fmt: skip
    WIDE_VCO_HZ = (192_000_000, 960_000_000)
    RSR_BITS: ClassVar[Mapping[int, int]] = {
        RESET_PIN: 0x0042_0000, RESET_BROWN_OUT: 0x00B8_0000,
        RESET_SOFTWARE: 1 << 24, RESET_WATCHDOG: 1 << 26,
    }  # fmt: skip
    write_d1cfgr = RccH7.write_core_dividers
    write_d2cfgr = RccH7.write_apb_dividers
    write_d3cfgr = RccH7.write_wake_dividers


class RccH743Y(RccH743):
    """RCC of the STM32H743, revision Y: its VCO ends at 836 MHz."""

    WIDE_VCO_HZ = (192_000_000, 836_000_000)


class RccH7A3(RccH7):
    """RCC of the STM32H7A3: two domains, and HSE takes digital clocks as well."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **_registers("CDCFGR1", "CDCFGR2", "SRDCFGR", ("CDCCIP1R", "CDCCIP2R"), {
            0x7C: ("AHB3RSTR", 0x0129_5031), 0x80: ("AHB1RSTR", 0x0200_0223),
            0x84: ("AHB2RSTR", 0x0000_0A45), 0x88: ("AHB4RSTR", 0x0020_07FF),
            0x8C: ("APB3RSTR", 0x0000_0008), 0x90: ("APB1LRSTR", 0xE8FF_C3FF),
            0x94: ("APB1HRSTR", 0x0000_0136), 0x98: ("APB2RSTR", 0x40D7_30F3),
            0x9C: ("APB4RSTR", 0x0C00_E6AA),
            0x134: ("AHB3ENR", 0x0129_5031), 0x138: ("AHB1ENR", 0x0600_0223),
            0x13C: ("AHB2ENR", 0x6000_0A45), 0x140: ("AHB4ENR", 0x3020_07FF),
            0x144: ("APB3ENR", 0x0000_0048), 0x148: ("APB1LENR", 0xE8FF_C3FF),
            0x14C: ("APB1HENR", 0x0000_0136), 0x150: ("APB2ENR", 0x40D7_30F3),
            0x154: ("APB4ENR", 0x0C01_E6AA),
        }),
        0x130: RESET_CAUSES,
        0x00: Register("CR", HSION | HSIDIVF | DOMAINS_READY, CR_WRITABLE | HSEEXT,
                       sizes=ANY_SIZE, status=CR_STATUS),
    }  # fmt: skip
    CORE, APB, WAKE = "CDCFGR1", "CDCFGR2", "SRDCFGR"
    KERNEL, KERNEL_1 = "CDCCIP2R", "CDCCIP1R"
    KERNEL_CLOCKS: ClassVar[Mapping[str, tuple[str, int]]] = {
        "USART1": ("CDCCIP2R", 3), "USART2": ("CDCCIP2R", 0), "USART3": ("CDCCIP2R", 0),
    }  # fmt: skip
    WIDE_VCO_HZ = (128_000_000, 560_000_000)
    RSR_BITS: ClassVar[Mapping[int, int]] = {
        RESET_PIN: 0x0040_0000, RESET_BROWN_OUT: 0x00A8_0000,
        RESET_SOFTWARE: 1 << 24, RESET_WATCHDOG: 1 << 26,
    }  # fmt: skip
    write_cdcfgr1 = RccH7.write_core_dividers
    write_cdcfgr2 = RccH7.write_apb_dividers
    write_srdcfgr = RccH7.write_wake_dividers

    def reset(self) -> None:
        """Return to HSI at 64 MHz; CSI is off."""
        super().reset()
        del self._ready_at["CSI"]
