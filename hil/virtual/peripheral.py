# SPDX-License-Identifier: Apache-2.0
"""What all peripherals share: named registers with reset values, and strictness about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from hil.virtual.rules import Rule, RuleBroken

WORD = (4,)
ANY_SIZE = (1, 2, 4)

SystemT = TypeVar("SystemT")
"""What a kind of peripheral needs of the machine: one of the protocols of `system`."""


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its name, reset value, and the bits that the model gives a meaning.

    `writable` are the bits that software may change. A write that would change any other bit is
    refused, because its effect on silicon is not modelled; `status` bits belong to the hardware,
    and what is written to them is ignored. `write_one` marks registers whose
    written bits are commands (clear flags, keys) and are not kept.
    """

    name: str
    reset: int = 0
    writable: int = 0
    write_one: bool = False
    sizes: tuple[int, ...] = WORD
    status: int = 0


class FlagLag(Protocol):
    """What lets a peripheral's flags lag behind, where a fault asks for that."""

    def written(self) -> None:
        """Take note that a register was written."""

    def shown(self, name: str, value: int) -> int:
        """What a read of a register gives instead of `value`."""


class Peripheral(Generic[SystemT]):
    """A block of registers at a base address, with the part of the machine that it has to know.

    Subclasses list their registers by offset and may define `read_<name>()` and
    `write_<name>(value)`; without them a register keeps what is written.
    """

    REGISTERS: ClassVar[Mapping[int, Register]] = {}
    SIZE: ClassVar[int] = 0x400

    def __init__(self, system: SystemT, name: str, base: int) -> None:
        self.system = system
        self.name = name
        self.base = base
        self.values: dict[str, int] = {}
        self.flag_lag: FlagLag | None = None
        self._readers: dict[str, Callable[[], int]] = {}
        self._writers: dict[str, Callable[[int], None]] = {}
        for register in self.REGISTERS.values():
            reader = getattr(self, f"read_{register.name.lower()}", None)
            writer = getattr(self, f"write_{register.name.lower()}", None)
            if reader is not None:
                self._readers[register.name] = reader
            if writer is not None:
                self._writers[register.name] = writer
        self.reset()

    def reset(self) -> None:
        """Return every register to its reset value."""
        self.values = {register.name: register.reset for register in self.REGISTERS.values()}

    def steers_bytes(self, _offset: int) -> bool:
        """Whether a write may change how bytes between the host and memory go: clocks, pins, DMA.

        Where that is not sure it may.
        """
        return True

    def power_on(self) -> None:
        """Forget what outlives other resets, before the reset that follows a power-on."""

    def broken(self, rule: Rule, detail: str, offset: int | None = None) -> RuleBroken:
        """Make the exception for a rule that an access to this peripheral breaks."""
        address = None if offset is None else self.base + offset
        return RuleBroken(rule, f"{self.name}: {detail}", address)

    def register_at(self, offset: int, size: int, verb: str) -> Register:
        """Find the register for an access of `size` bytes at `offset`."""
        register = self.REGISTERS.get(offset & ~3)
        if register is None:
            raise self.broken(Rule.UNMODELLED_REGISTER, f"{verb} of offset 0x{offset:03x}", offset)
        if size not in register.sizes or offset & (size - 1):
            raise self.broken(
                Rule.REGISTER_ACCESS_SIZE,
                f"{verb} of {size} bytes of {register.name}",
                offset,
            )
        return register

    def read(self, offset: int, size: int) -> int:
        """Serve a read by the core or by DMA."""
        register = self.register_at(offset, size, "read")
        reader = self._readers.get(register.name)
        value = reader() if reader is not None else self.values[register.name]
        if self.flag_lag is not None:
            value = self.flag_lag.shown(register.name, value)
        return value >> 8 * (offset & 3) & ((1 << 8 * size) - 1)

    def value_of(self, name: str) -> int:
        """What a register reads as."""
        reader = self._readers.get(name)
        return reader() if reader is not None else self.values[name]

    def write(self, offset: int, size: int, value: int) -> None:
        """Serve a write by the core or by DMA."""
        register = self.register_at(offset, size, "write")
        value = self.checked_value(register, offset, size, value)
        writer = self._writers.get(register.name)
        if writer is not None:
            writer(value)
        else:
            self.values[register.name] = value
        if self.flag_lag is not None:
            self.flag_lag.written()

    def checked_value(self, register: Register, offset: int, size: int, value: int) -> int:
        """What the whole register is to hold after a write; raises if that is not modelled."""
        if size != 4:
            shift = 8 * (offset & 3)
            mask = ((1 << 8 * size) - 1) << shift
            kept = 0 if register.write_one else self.values[register.name]
            value = kept & ~mask | value << shift & mask
        before = 0 if register.write_one else self.values[register.name]
        value = value & ~register.status | before & register.status
        unknown = (value ^ before) & ~register.writable & 0xFFFFFFFF
        if unknown:
            raise self.broken(
                Rule.UNMODELLED_REGISTER,
                f"write of {register.name} changes bits 0x{unknown:08x}, which are not modelled",
                offset,
            )
        return value

    def implemented(self, offset: int, value: int) -> int:
        """A word to write without the bits that the register does not have: silicon drops them."""
        register = self.REGISTERS.get(offset)
        if register is None:
            return value
        before = 0 if register.write_one else self.values[register.name]
        return value & register.writable | before & ~register.writable & 0xFFFF_FFFF

    def catch_up(self) -> None:
        """Bring lazily modelled state up to the present."""

    def on_time(self) -> None:
        """Do so because the time has come that the peripheral asked for."""
        self.catch_up()


AnyPeripheral: TypeAlias = Peripheral[Any]
"""A peripheral, whatever it needs of the machine."""
