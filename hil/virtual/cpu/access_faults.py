# SPDX-License-Identifier: Apache-2.0
"""Accesses that no memory answers, and stores to flash, as the engine reports them.

The engine looks up the hooks of an access to memory at every store to a page that any of them
covers. So they cover everything but the memory that the core may write at will.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import unicorn

from hil.virtual.cpu.core_outcome import AccessFault
from hil.virtual.cpu.memories import Memories

FlashWriteCallback = Callable[[int, int, int], bool]
"""Called with address, size and value; True: the store was dealt with, and is no fault."""

_LAST_ADDRESS = 0xFFFF_FFFF
_NEVER_CODE = ((0x4000_0000, 0x6000_0000), (0xA000_0000, 0x1_0000_0000))
"""Peripherals and system space: no core executes there (ARMv7-M ARM B3.1, ARMv8-M ARM B8.1)."""


class AccessFaults:
    """What went wrong with an access in the current run of the core."""

    def __init__(self, memories: Memories, write_flash: FlashWriteCallback) -> None:
        self._memories, self._engine = memories, memories.engine
        self._write_flash = write_flash
        self.fault: AccessFault | None = None
        self._raw_writes: list[tuple[int, bytes]] = []
        """What flash holds where the engine has just put the words of a store themselves."""
        self._spans: Sequence[tuple[int, int]] | None = None
        self._hooks: list[int] = []

    def look_outside(self, spans: Sequence[tuple[int, int]]) -> None:
        """Have all accesses reported that fail, but in these spans (first address, end; in order).

        There only a fetch can fail, which ends the run by the engine's own error.
        """
        if spans == self._spans:
            return
        self._spans = list(spans)
        for hook in self._hooks:
            self._engine.hook_del(hook)
        kinds = unicorn.UC_HOOK_MEM_INVALID
        starts = [0, *(end for _, end in spans)]
        ends = [*(first for first, _ in spans), _LAST_ADDRESS + 1]
        self._hooks = [
            self._engine.hook_add(kinds, self._on_access, None, start, end - 1)
            for start, end in zip(starts, ends, strict=True)
            if start < end
        ]

    def note(self, fault: AccessFault) -> None:
        """Take a fault that somebody else has found, and stop the core."""
        self.fault = fault
        self._engine.emu_stop()

    def met_no_code(self, pc: int) -> None:
        """Take the engine's own error for a fetch from memory that it knows no code in."""
        if self.fault is None:
            self.fault = AccessFault(unicorn.UC_MEM_FETCH_PROT, pc, 2, 0)

    def take_code_in_ram(self) -> bool:
        """Whether the fault is but the first code met in a RAM: then it is none, and forgotten."""
        fault = self.fault
        if fault is None or fault.kind != unicorn.UC_MEM_FETCH_PROT:
            return False
        # An instruction may begin in front of the memory.
        if not (self._memories.let_run(fault.address) or self._memories.let_run(fault.address + 2)):
            return False
        self.fault = None
        return True

    def take_fetch_of_no_code(self) -> bool:
        """Whether the fault is a fetch where nothing is ever executed; it is forgotten then."""
        fault = self.fault
        if fault is None or not fault.is_fetch:
            return False
        if not any(first <= fault.address < end for first, end in _NEVER_CODE):
            return False
        self.fault = None
        return True

    def settle_flash(self) -> None:
        """Undo what the engine stored into flash after the callback that has dealt with it."""
        while self._raw_writes:
            address, held = self._raw_writes.pop()
            cells = self._memories.memory(address, len(held))
            assert cells is not None
            cells[:] = memoryview(held)

    def _on_access(
        self, _: unicorn.Uc, kind: int, address: int, size: int, value: int, __: object
    ) -> bool:
        self.settle_flash()
        value &= (1 << 8 * size) - 1
        if kind == unicorn.UC_MEM_WRITE_PROT and self._write_flash(address, size, value):
            cells = self._memories.memory(address, size)
            if cells is not None:
                self._raw_writes.append((address, cells.tobytes()))
            return True
        self.fault = AccessFault(kind, address, size, value)
        return False
