# SPDX-License-Identifier: Apache-2.0
"""The ROM table and identification registers of the core's debug components.

By these a debugger finds what there is (ADIv5.2, IHI 0031, sections B2 and D; ARMv7-M ARM section
C1.2; ARMv8-M ARM section D1.2). Trace components are left out: their entries say "not present".
"""

from __future__ import annotations

from dataclasses import dataclass

ROM_TABLE = 0xE00F_F000
SCS, DWT, FPB = 0xE000_E000, 0xE000_1000, 0xE000_2000
_ITM, _TPIU, _ETM = 0xE000_0000, 0xE004_0000, 0xE004_1000

_ARM = 0x4_0000_0000, 0xB_B000
"""JEP106 continuation code and identity of Arm, where PIDR has them."""
_ROM_CLASS, _CORESIGHT_CLASS, _GENERIC_CLASS = 0x1, 0x9, 0xE
_DEVARCH_ARM = 0x4770_0000
_PRESENT_32_BIT, _ABSENT_32_BIT = 3, 2
_DEVARCH, _DEVTYPE, _PIDR4, _PIDR0, _CIDR0 = 0xFBC, 0xFCC, 0xFD0, 0xFE0, 0xFF0
FIRST_IDENTITY = 0xFBC
"""From here on a component's page of 4 KiB identifies it."""


@dataclass(frozen=True, slots=True)
class _Identity:
    component_class: int
    part: int
    architecture: int = 0

    def register(self, offset: int) -> int:
        """One of the identification registers; those not used are 0."""
        cidr = 0xB105_000D | self.component_class << 12
        pidr = _ARM[0] | _ARM[1] | self.part
        if offset >= _CIDR0:
            return cidr >> 2 * (offset - _CIDR0) & 0xFF
        if offset >= _PIDR0:
            return pidr >> 2 * (offset - _PIDR0) & 0xFF
        if offset >= _PIDR4:
            return pidr >> 32 + 2 * (offset - _PIDR4) & 0xFF
        if offset == _DEVARCH and self.architecture:
            return _DEVARCH_ARM | self.architecture
        return 0


_V7M = {
    ROM_TABLE: _Identity(_ROM_CLASS, 0x4C4),
    SCS: _Identity(_GENERIC_CLASS, 0x00C),
    DWT: _Identity(_GENERIC_CLASS, 0x002),
    FPB: _Identity(_GENERIC_CLASS, 0x003),
}
_M7 = {
    ROM_TABLE: _Identity(_ROM_CLASS, 0x4C7),
    SCS: _Identity(_GENERIC_CLASS, 0x00C),
    DWT: _Identity(_GENERIC_CLASS, 0x002),
    FPB: _Identity(_GENERIC_CLASS, 0x00E),
}
_M33 = {
    ROM_TABLE: _Identity(_ROM_CLASS, 0x4C9),
    SCS: _Identity(_CORESIGHT_CLASS, 0xD21, 0x2A04),
    DWT: _Identity(_CORESIGHT_CLASS, 0xD21, 0x1A02),
    FPB: _Identity(_CORESIGHT_CLASS, 0xD21, 0x1A03),
}
_CPUID_PART = {0xC24: _V7M, 0xC27: _M7, 0xD21: _M33}


class RomTable:
    """The components of one core, found by the part number in its CPUID."""

    def __init__(self, cpuid: int) -> None:
        self._identities = _CPUID_PART[cpuid >> 4 & 0xFFF]

    def read(self, address: int) -> int | None:
        """A word of the table or of an identification register; None for any other address."""
        page, offset = address & ~0xFFF, address & 0xFFC
        identity = self._identities.get(page)
        if identity is None or (page != ROM_TABLE and offset < FIRST_IDENTITY):
            return None
        if offset >= FIRST_IDENTITY:
            return identity.register(offset)
        return self._entry(offset >> 2)

    @staticmethod
    def _entry(index: int) -> int:
        """An entry: offset of a component from the table, and whether it is there."""
        entries = (SCS, DWT, FPB, _ITM, _TPIU, _ETM)
        if index >= len(entries):
            return 0
        present = _PRESENT_32_BIT if entries[index] in (SCS, DWT, FPB) else _ABSENT_32_BIT
        return entries[index] - ROM_TABLE & 0xFFFF_F000 | present
