# SPDX-License-Identifier: Apache-2.0
"""What a part tells a debugger: who it is, and option bytes that must be as delivered.

A family says in its `part.py` where its registers are and what they must hold. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Read32 = Callable[[int], int]
"""Reads a word of the part's memory by its address."""

LEVEL_0, LEVEL_05, LEVEL_2 = 0xAA, 0x55, 0xCC
"""Values of the readout protection; all others are level 1."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One option that does not fit."""

    what: str
    """As the manual names it, with its value: `TZEN = 1`."""

    meaning: str
    """What it does to a run."""

    cure: tuple[str, ...]
    """What STM32CubeProgrammer takes after -ob, a command each; none: its window only."""

    erases: bool = False
    """Whether the cure erases the flash."""

    connect: str = "UR"
    """How STM32CubeProgrammer connects for it: under reset, or HotPlug."""


class OptionRule(Protocol):
    """One demand on the option bytes."""

    def find(self, read32: Read32) -> Misfit | None:
        """Read, and return what does not fit; None where all is well."""


@dataclass(frozen=True, slots=True)
class OptionBit:
    """A bit that must have one value."""

    name: str
    address: int
    bit: int
    fits: int
    meaning: str
    cure: tuple[str, ...] = ()
    """Empty: setting the bit by its name is all."""
    erases: bool = False
    connect: str = "UR"

    def find(self, read32: Read32) -> Misfit | None:
        """The bit, where it has the other value."""
        value = read32(self.address) >> self.bit & 1
        if value == self.fits:
            return None
        cure = self.cure or (f"{self.name}={self.fits}",)
        return Misfit(f"{self.name} = {value}", self.meaning, cure, self.erases, self.connect)


def watchdog_by_software(name: str, address: int, bit: int) -> OptionBit:
    """The option that lets software start the independent watchdog: it must be set."""
    return OptionBit(
        name,
        address,
        bit,
        fits=1,
        meaning="the watchdog runs from reset on, half a second without a refresh: it resets "
        "the part while the flash is programmed",
    )


@dataclass(frozen=True, slots=True)
class ReadoutProtection:
    """The level of RDP: only level 0 lets a debugger program."""

    address: int
    lowest_bit: int

    def level(self, read32: Read32) -> str:
        """`0`, `0.5`, `1` or `2`."""
        value = read32(self.address) >> self.lowest_bit & 0xFF
        return {LEVEL_0: "0", LEVEL_05: "0.5", LEVEL_2: "2"}.get(value, "1")

    def find(self, read32: Read32) -> Misfit | None:
        """Any level but 0."""
        level = self.level(read32)
        if level == "0":
            return None
        if level == "2":
            meaning = "the part is closed for ever: no debugger may program it"
            return Misfit("RDP level 2", meaning, ())
        meaning = "a debugger may neither read nor program the flash"
        # Level 0.5 leads to level 0 by way of level 1 alone (RM0456, RDP regression).
        cure = ("RDP=0xDC", "RDP=0xAA TZEN=0") if level == "0.5" else ("RDP=0xAA",)
        return Misfit(f"RDP level {level}", meaning, cure, erases=True, connect="HotPlug")


@dataclass(frozen=True, slots=True)
class PageProtection:
    """An area of pages that is write-protected where its start is not after its end."""

    name: str
    """WRP1A: bank 1, area A."""
    address: int
    start: str
    end: str
    """Names of the two fields, at bits 0 and 16, as STM32CubeProgrammer has them."""
    last_page: int
    """Of the bank."""
    mask: int = 0xFF
    """Of each field: the bits above it may have any value."""

    def find(self, read32: Read32) -> Misfit | None:
        """The area, where there is one."""
        word = read32(self.address)
        start, end = word & self.mask, word >> 16 & self.mask
        if start > end:
            return None
        what = f"{self.name} covers pages {start} to {min(end, self.last_page)} of its bank"
        meaning = "those pages are write-protected: they can be neither erased nor programmed"
        cure = f"{self.start}={self.mask:#x} {self.end}=0x0"
        return Misfit(what, meaning, (cure,))


@dataclass(frozen=True, slots=True)
class SectorProtection:
    """A bit for each sector, or group of sectors, of a bank: 0 is protected."""

    name: str
    address: int
    bits: int
    sectors_per_bit: int
    options: str = ""
    """Name of bit n as STM32CubeProgrammer has it, as a format with `n`; empty: not known."""
    first: int = 0
    """Number of the bank's first bit in those names."""

    def find(self, read32: Read32) -> Misfit | None:
        """The protected sectors."""
        word = read32(self.address)
        protected = [bit for bit in range(self.bits) if not word >> bit & 1]
        if not protected:
            return None
        each = self.sectors_per_bit
        said = [
            str(bit) if each == 1 else f"{bit * each} to {bit * each + each - 1}"
            for bit in protected
        ]
        what = f"{self.name} = {word:#x}: sectors {', '.join(said)} of its bank"
        meaning = "those sectors are write-protected: they can be neither erased nor programmed"
        named = [f"{self.options.format(n=bit + self.first)}=1" for bit in protected]
        return Misfit(what, meaning, (" ".join(named),) if self.options else ())


@dataclass(frozen=True, slots=True)
class DebugIdentity:
    """Where the parts of a family say which device they are."""

    idcode_address: int
    """DBGMCU_IDCODE; its lower twelve bits are the device."""

    devices: Mapping[int, str]
    """Names by device: parts of one device cannot be distinguished by a debugger."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """How to know one part by a debugger, and what it must hold."""

    device: int
    flash_size_address: int
    """A half-word in KiB, written in ST's factory."""

    readout: ReadoutProtection
    rules: tuple[OptionRule, ...]
    """Beside the readout protection."""
