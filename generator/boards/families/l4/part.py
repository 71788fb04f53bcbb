# SPDX-License-Identifier: Apache-2.0
"""How a debugger knows an STM32L4 or L4+, and which option bytes the firmware needs.

Addresses and bits: RM0351, RM0394, RM0432 (DBGMCU, "Flash size data register", FLASH option
registers), as ST's device headers `stm32l475xx.h`, `stm32l432xx.h` and `stm32l4r5xx.h` have them.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.boards.part_facts import (
    DebugIdentity,
    OptionBit,
    OptionRule,
    PageProtection,
    PartFacts,
    ReadoutProtection,
    watchdog_by_software,
)

FLASH = 0x4002_2000
OPTR = FLASH + 0x20

WRP_BANK_1 = {"1A": FLASH + 0x2C, "1B": FLASH + 0x30}
WRP_BANK_2 = {"2A": FLASH + 0x4C, "2B": FLASH + 0x50}


@dataclass(frozen=True, slots=True)
class _Line:
    parts: tuple[str, ...]
    device: int
    two_banks: bool
    last_page: int
    """Of a bank."""
    rules: tuple[OptionRule, ...] = ()


IWDG = watchdog_by_software("IWDG_SW", OPTR, bit=16)
BOOT_FROM_BANK_2 = OptionBit(
    name="BFB2",
    address=OPTR,
    bit=20,
    fits=0,
    meaning="the part starts from bank 2, which then is where the image was written",
)
TWO_BANKS = OptionBit(
    name="DBANK",
    address=OPTR,
    bit=22,
    fits=1,
    meaning="the flash is one bank: its pages have 8 KiB instead of 4, and what is erased and "
    "programmed by page lands in another place",
    erases=True,
)

LINES = (
    _Line(
        parts=("STM32L471", "STM32L475", "STM32L476", "STM32L485", "STM32L486"),
        device=0x415,
        two_banks=True,
        last_page=255,
        rules=(BOOT_FROM_BANK_2,),
    ),
    _Line(
        parts=("STM32L431", "STM32L432", "STM32L433", "STM32L442", "STM32L443"),
        device=0x435,
        two_banks=False,
        last_page=127,
    ),
    _Line(
        parts=("STM32L4R", "STM32L4S"),
        device=0x470,
        two_banks=True,
        last_page=255,
        rules=(TWO_BANKS, BOOT_FROM_BANK_2),
    ),
)

IDENTITY = DebugIdentity(
    0xE004_2000, {0x415: "STM32L47x/L48x", 0x435: "STM32L43x/L44x", 0x470: "STM32L4Rx/L4Sx"}
)


def part_facts(part: str) -> PartFacts:
    """The facts of a part; one that `limits` lets pass."""
    line = next(line for line in LINES if part.startswith(line.parts))
    areas = (
        PageProtection(f"WRP{n}", address, f"WRP{n}_STRT", f"WRP{n}_END", line.last_page)
        for n, address in {**WRP_BANK_1, **(WRP_BANK_2 if line.two_banks else {})}.items()
    )
    return PartFacts(
        device=line.device,
        flash_size_address=0x1FFF_75E0,
        readout=ReadoutProtection(OPTR, lowest_bit=0),
        rules=(IWDG, *line.rules, *areas),
    )
