# SPDX-License-Identifier: Apache-2.0
"""The CRC calculation unit, the same in all families but for the width of its spare register.

RM0351 section 15, RM0432 section 16, RM0433 section 21, RM0455 section 21, RM0456 section 31: what
is written to DR goes in, what DR reads as is the checksum. A byte or halfword is taken as such, not
as part of a word. POL must not be even where it is used (the manuals: odd polynomials only).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register
from hil.virtual.rules import Rule

RESET = 1 << 0
POLYSIZES = (32, 16, 8, 7)
"""Bits of the checksum by CR.POLYSIZE."""
REVERSED_UNITS = (0, 8, 16, 32)
"""Bits that CR.REV_IN reverses together; 0: none."""
REV_OUT = 1 << 7


def reverse_bits(value: int, bits: int) -> int:
    """`value` with its lowest `bits` in the other order."""
    return int(f"{value:0{bits}b}"[::-1], 2)


class Crc(Peripheral[object]):
    """CRC with a spare register of 32 bits."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("DR", 0xFFFF_FFFF, 0xFFFF_FFFF, write_one=True, sizes=ANY_SIZE),
        0x04: Register("IDR", 0, 0xFFFF_FFFF),
        0x08: Register("CR", 0, 0x0000_00F9),
        0x10: Register("INIT", 0xFFFF_FFFF, 0xFFFF_FFFF),
        0x14: Register("POL", 0x04C1_1DB7, 0xFFFF_FFFF),
    }

    def reset(self) -> None:
        """Begin again, with the polynomial of Ethernet."""
        super().reset()
        self._sum = 0xFFFF_FFFF

    @property
    def _bits(self) -> int:
        return POLYSIZES[self.values["CR"] >> 3 & 3]

    def read_dr(self) -> int:
        """The checksum so far."""
        value = self._sum & ((1 << self._bits) - 1)
        return reverse_bits(value, self._bits) if self.values["CR"] & REV_OUT else value

    def write(self, offset: int, size: int, value: int) -> None:
        """Serve a write; DR takes as many bits as were written."""
        if offset & ~3 == 0x00:
            self.register_at(offset, size, "write")
            if offset:
                raise self.broken(
                    Rule.REGISTER_ACCESS_SIZE, "DR is written beside its first byte", offset
                )
            self._take(value & ((1 << 8 * size) - 1), 8 * size)
            return
        super().write(offset, size, value)

    def write_cr(self, value: int) -> None:
        """Choose polynomial size and reversals; RESET loads INIT and clears itself."""
        self.values["CR"] = value & ~RESET
        if value & RESET:
            self._sum = self.values["INIT"]

    def write_init(self, value: int) -> None:
        """What the next reset loads; it is loaded at once as well."""
        self.values["INIT"] = self._sum = value

    def _take(self, data: int, width: int) -> None:
        bits, polynomial = self._bits, self.values["POL"]
        if not polynomial & 1:
            raise self.broken(Rule.UNMODELLED_REGISTER, f"POL is even: 0x{polynomial:08x}", 0x14)
        unit = REVERSED_UNITS[self.values["CR"] >> 5 & 3]
        if unit:
            unit = min(unit, width)
            parts = [data >> at & ((1 << unit) - 1) for at in range(0, width, unit)]
            data = sum(reverse_bits(part, unit) << unit * at for at, part in enumerate(parts))
        mask, top = (1 << bits) - 1, 1 << bits - 1
        checksum = self._sum & mask
        for at in reversed(range(width)):
            out = bool(checksum & top) != bool(data >> at & 1)
            checksum = checksum << 1 & mask
            if out:
                checksum ^= polynomial & mask
        self._sum = checksum


class CrcL4(Crc):
    """CRC of the STM32L4, with a spare register of 8 bits."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **Crc.REGISTERS,
        0x04: Register("IDR", 0, 0x0000_00FF),
    }
