# SPDX-License-Identifier: Apache-2.0
"""What the flash controllers of all families do alike: wait states checked, units written whole.

RM0456 section 7, RM0351, RM0394, RM0432 section 3, RM0433 section 4, RM0455 section 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.flash_cells import DamagedCells
from hil.virtual.stm32.option_bytes import OptionBytes
from hil.virtual.system import CoreAccess, OperatingPoint

KEYS = (0x45670123, 0xCDEF89AB)
"""What unlocks the control register, in this order."""
ERASE_PS = 1_500_000_000
"""Erasing a page takes about 1.5 ms (DS13086, flash tables)."""


VECTORS_BYTES = 8
"""What the core reads of flash as it starts: its stack pointer and the reset vector."""


class FlashSystem(CoreAccess, OperatingPoint, Protocol):
    """What a flash controller needs of the machine."""

    @property
    def debugger_attached(self) -> bool:
        """Misuse then sets the error flags, as on silicon: flash loaders rely on them."""

    def pend_nmi(self) -> None:
        """Raise the interrupt that cannot be masked."""

    def flash_changed(self, address: int, count: int) -> None:
        """Drop translated code at the end of the block: so many bytes of flash have changed."""

    def pass_busy_time(self, until_ps: int) -> None:
        """Let the time pass that a flash loader would poll away, reading one status again."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Programming or erasing that runs until a time, and the cells that it changes."""

    until_ps: int
    first: int
    end: int


class FlashController(Peripheral[FlashSystem]):
    """What the flash controllers of all families do alike."""

    UNIT_BYTES: ClassVar[int]
    """What is programmed at once, under one ECC."""

    def __init__(self, system: FlashSystem, name: str, base: int) -> None:
        self.options = OptionBytes()
        """Set it before a power-on; see `option_bytes`."""
        self.damaged = DamagedCells()
        """Cells that an interrupted operation has left in doubt."""
        self._operations: list[Operation] = []
        self.on_begin: Callable[[Operation], None] | None = None
        """Called with each operation that begins, where a fault asks for that."""
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Stop what runs: its cells stay in doubt. Every register has its reset value."""
        super().reset()
        for operation in self._operations:
            if self.system.now_ps < operation.until_ps:
                self.damaged.add(operation.first, operation.end)
        self._operations = []
        self._watch_damaged()

    def forget_damage(self) -> None:
        """All cells are as an image from outside has made them."""
        self.damaged.spans = []
        self._operations = []
        self._watch_damaged()

    def damage(self, first: int, count: int) -> None:
        """Leave cells in doubt: their ECC does not fit."""
        self.damaged.add(first, first + count)
        self._watch_damaged()

    def begin(self, first: int, count: int, time_ps: int) -> int:
        """Note an operation on so many cells that begins now; return when it ends."""
        now_ps = self.system.now_ps
        self._operations = [known for known in self._operations if known.until_ps > now_ps]
        operation = Operation(now_ps + time_ps, first, first + count)
        self._operations.append(operation)
        if self.on_begin is not None:
            self.on_begin(operation)
        return operation.until_ps

    # -- cells that cannot be read ---------------------------------------------------------------

    def _watch_damaged(self) -> None:
        self.system.core.watched.set(self.damaged.spans, self.read_damaged)

    def read_damaged(self, address: int) -> bool:
        """Latch a double error of the ECC; True if the access gets a bus error as well."""
        raise NotImplementedError

    def fetch_vectors(self) -> str | None:
        """The core starts from flash; why it cannot, or None."""
        core = self.system.core
        found = self.damaged.first_in(core.flash.origin, VECTORS_BYTES)
        if found is None:
            return None
        vector = core.word(core.flash.origin + 4)
        is_code = vector & 1 and core.region_of(vector & ~1) is not None
        if not self.read_damaged(found) and is_code:
            return None
        return (
            f"the vectors at 0x{found:08x} cannot be read (ECC double error):"
            " a write or erase was interrupted there"
        )

    def refuse_debugger(self, address: int, count: int) -> str | None:
        """Why a debugger cannot read a span of flash, or None."""
        if self.options.rdp_level:
            return "flash is read protected (RDP level 1)"
        found = self.damaged.first_in(address, count)
        if found is None:
            return None
        self.read_damaged(found)
        return f"ECC double error at 0x{found:08x}: a write or erase was interrupted there"

    # -- wait states -----------------------------------------------------------------------------

    def limit_mhz(self, voltage_range: int) -> int:
        """Fastest HCLK for the wait states that are set, in a voltage range."""
        raise NotImplementedError

    def describe(self, voltage_range: int) -> str:
        """Name the setting that limits HCLK."""
        raise NotImplementedError

    def program(self, address: int, size: int, value: int) -> None:
        """Take a write into the flash array."""
        raise NotImplementedError

    def check(self, hclk_hz: int, voltage_range: int, cause: str) -> None:
        """Raise if HCLK is too fast for the wait states in this voltage range."""
        limit_mhz = self.limit_mhz(voltage_range)
        if hclk_hz > limit_mhz * 1_000_000:
            raise self.broken(
                Rule.FLASH_WAIT_STATES,
                f"HCLK is {hclk_hz / 1e6:g} MHz with {self.describe(voltage_range)}"
                f" (at most {limit_mhz:g} MHz) after a change of {cause}",
                0x00,
            )

    def write_acr(self, value: int) -> None:
        """Change wait states and prefetch."""
        self.values["ACR"] = value
        self.system.clock_changed("FLASH_ACR")

    def set_bytes(self, address: int, data: bytes) -> None:
        """Change the flash array, and drop the code that was translated from it."""
        offset = address - self.system.core.flash.origin
        self.system.core.flash_bytes[offset : offset + len(data)] = memoryview(data)
        self.system.flash_changed(address, len(data))

    def erase_cells(self, address: int, count: int) -> None:
        """Erase a span of flash, which cures cells in doubt."""
        self.set_bytes(address, b"\xff" * count)
        if self.damaged.first_in(address, count) is not None:
            self.damaged.remove(address, address + count)
            self._watch_damaged()

    def is_erased(self, address: int, count: int) -> bool:
        """Whether cells hold ones alone, and are in no doubt."""
        cells = self.system.core.memory(address, count)
        readable = self.damaged.first_in(address, count) is None
        return readable and cells is not None and bool((cells == 0xFF).all())

    def broken_at(self, rule: Rule, detail: str, address: int) -> RuleBroken:
        """Make the exception for a rule broken in the flash array itself."""
        error = self.broken(rule, detail)
        error.address = address
        return error
