# SPDX-License-Identifier: Apache-2.0
"""How a run of the core ended."""

from __future__ import annotations

from dataclasses import dataclass

import unicorn

from hil.virtual.cpu.block_hook import Stop


@dataclass(slots=True)
class AccessFault:
    """An access that nothing answered: Unicorn's kind of access, address, width, value."""

    kind: int
    address: int
    size: int
    value: int

    @property
    def is_fetch(self) -> bool:
        """Whether the core tried to execute from there."""
        return self.kind in (unicorn.UC_MEM_FETCH_UNMAPPED, unicorn.UC_MEM_FETCH_PROT)

    @property
    def is_write(self) -> bool:
        """Whether the core tried to write there."""
        return self.kind in (unicorn.UC_MEM_WRITE_UNMAPPED, unicorn.UC_MEM_WRITE_PROT)


@dataclass(slots=True)
class Outcome:
    """How one run of the core ended."""

    stop: Stop
    interrupt: int | None = None
    """QEMU's exception number, when the core raised one."""
    fault: AccessFault | None = None
    invalid: bool = False
    """The core met an instruction that it does not execute."""

    @property
    def ran_to_its_end(self) -> bool:
        """Nothing but the number of instructions asked for has ended it."""
        stopped = self.stop is not Stop.NONE or self.invalid
        return not stopped and self.interrupt is None and self.fault is None
