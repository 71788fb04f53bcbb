# SPDX-License-Identifier: Apache-2.0
"""How a debugger knows an STM32H7, and which option bytes the firmware needs.

Addresses and bits: RM0433, RM0455 (DBGMCU, "Flash size", FLASH option registers), as ST's device
headers `stm32h743xx.h` and `stm32h7a3xxq.h` have them. The parts share all but two of them.
"""

from __future__ import annotations

from generator.boards.part_facts import (
    DebugIdentity,
    OptionBit,
    PartFacts,
    ReadoutProtection,
    SectorProtection,
    watchdog_by_software,
)

FLASH = 0x5200_2000
OPTSR_CUR = FLASH + 0x1C
WPSN_CUR = (FLASH + 0x38, FLASH + 0x138)

IDENTITY = DebugIdentity(
    0x5C00_1000, {0x450: "STM32H742/H743/H750/H753", 0x480: "STM32H7A3/H7B0/H7B3"}
)

IWDG = watchdog_by_software("IWDG1_SW", OPTSR_CUR, bit=4)
SECURITY = OptionBit(
    name="SECURITY",
    address=OPTSR_CUR,
    bit=21,
    fits=0,
    meaning="secure access mode is on: the part starts in ST's own code, not in the image",
    cure=("RDP=0xDC", "RDP=0xAA SECURITY=0"),
    erases=True,
    connect="HotPlug",
)
SWAP = OptionBit(
    name="SWAP_BANK",
    address=OPTSR_CUR,
    bit=31,
    fits=0,
    meaning="the banks are swapped: what is programmed by bank and sector lands in the other half",
)


def part_facts(part: str) -> PartFacts:
    """The facts of a part; one that `limits` lets pass."""
    is_h7a3 = part.startswith(("STM32H7A", "STM32H7B"))
    areas = (
        # 128 sectors of 8 KiB a bank, one bit for four; or 8 sectors of 128 KiB.
        SectorProtection(f"WPSN_CUR{bank + 1}", address, bits=32, sectors_per_bit=4)
        if is_h7a3
        else SectorProtection(f"WPSN_CUR{bank + 1}", address, 8, 1, "nWRP{n}", first=8 * bank)
        for bank, address in enumerate(WPSN_CUR)
    )
    return PartFacts(
        device=0x480 if is_h7a3 else 0x450,
        flash_size_address=0x08FF_F80C if is_h7a3 else 0x1FF1_E880,
        readout=ReadoutProtection(OPTSR_CUR, lowest_bit=8),
        rules=(IWDG, SECURITY, SWAP, *areas),
    )
