# SPDX-License-Identifier: Apache-2.0
"""Memory as DMA sees it: on a core without a data cache, what the core sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hil.virtual.core import Core
    from hil.virtual.machine import Machine


class BusMemory:
    """Reads and writes of bus masters other than the core; a data cache may come in between."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    @property
    def core(self) -> Core:
        """The core, which holds the memories."""
        return self.machine.core

    def reset(self) -> None:
        """Start again after a reset."""

    def read(self, address: int, count: int) -> bytes:
        """Bytes that a bus master reads; the memory must exist."""
        view = self.core.memory(address, count)
        assert view is not None
        return view.tobytes()

    def write(self, address: int, data: bytes) -> None:
        """Take bytes that a bus master writes; the memory must exist."""
        view = self.core.memory(address, len(data))
        assert view is not None
        view[:] = memoryview(data)

    def watch(self, address: int, count: int) -> None:
        """Prepare for a block that a bus master is going to write."""

    def core_stopped(self) -> None:
        """Do what can be done only while the core stands still."""
