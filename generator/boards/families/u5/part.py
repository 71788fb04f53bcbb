# SPDX-License-Identifier: Apache-2.0
"""How a debugger knows an STM32U575 or U585, and which option bytes the firmware needs.

Addresses and bits: RM0456 (DBGMCU, "Flash size data register", FLASH option registers), as ST's
device headers `stm32u575xx.h` and `stm32u585xx.h` have them. The two parts share a device number.
"""

from __future__ import annotations

from generator.boards.part_facts import (
    DebugIdentity,
    OptionBit,
    PageProtection,
    PartFacts,
    ReadoutProtection,
    watchdog_by_software,
)

FLASH = 0x4002_2000
OPTR = FLASH + 0x40

WRP = {"1A": FLASH + 0x58, "1B": FLASH + 0x5C, "2A": FLASH + 0x68, "2B": FLASH + 0x6C}
LAST_PAGE = 127
"""Of each bank of 1 MiB, in pages of 8 KiB."""

IDENTITY = DebugIdentity(0xE004_4000, {0x482: "STM32U575/U585"})

TZEN = OptionBit(
    name="TZEN",
    address=OPTR,
    bit=31,
    fits=0,
    meaning="TrustZone is on: the flash and all peripherals are secure, and the firmware, which "
    "is not built for that, does not start",
    # Only together with a regression of RDP from level 1 to 0, with ST's own code started in place
    # of the flash (RM0456, "TrustZone security"; AN5347, "TZEN regression").
    cure=("nSWBOOT0=0 nBOOT0=0", "RDP=0xDC", "RDP=0xAA TZEN=0", "nSWBOOT0=1 nBOOT0=1"),
    erases=True,
    connect="HotPlug",
)
IWDG = watchdog_by_software("IWDG_SW", OPTR, bit=16)
SWAP = OptionBit(
    name="SWAP_BANK",
    address=OPTR,
    bit=20,
    fits=0,
    meaning="the banks are swapped: what is programmed by bank and page lands in the other half",
)


def part_facts(part: str) -> PartFacts:
    """The facts of a U575 or U585; `part` is one that `limits` lets pass."""
    areas = (
        PageProtection(f"WRP{n}", address, f"WRP{n}_PSTRT", f"WRP{n}_PEND", LAST_PAGE, mask=0x7F)
        for n, address in WRP.items()
    )
    return PartFacts(
        device=0x482,
        flash_size_address=0x0BFA_07A0,
        readout=ReadoutProtection(OPTR, lowest_bit=0),
        rules=(TZEN, IWDG, SWAP, *areas),
    )
