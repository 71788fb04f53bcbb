# SPDX-License-Identifier: Apache-2.0
"""Where a debugger stops the core: at an instruction's address, or after one instruction."""

from __future__ import annotations

from collections.abc import Iterable

import unicorn

_END_OF_RUN = 0xFFFF_FFFE


class CodeStops:
    """Stops of one engine. Without any the core runs as fast as ever."""

    def __init__(self, engine: unicorn.Uc) -> None:
        self._engine = engine
        self._handles: dict[int, int] = {}
        self.hit: int | None = None
        """The instruction that the last run stopped before."""

    def set(self, addresses: Iterable[int]) -> None:
        """Stop before the instructions at these addresses, and no others."""
        wanted = set(addresses)
        for address in self._handles.keys() - wanted:
            self._engine.hook_del(self._handles.pop(address))
        for address in wanted - self._handles.keys():
            self._handles[address] = self._engine.hook_add(
                unicorn.UC_HOOK_CODE, self._on_code, begin=address, end=address
            )
        # Blocks translated before do not call the hook.
        self._engine.ctl_flush_tb()

    def _on_code(self, engine: unicorn.Uc, address: int, _size: int, _data: object) -> None:
        self.hit = address
        engine.emu_stop()

    def take_hit(self) -> int | None:
        """The instruction that the last run stopped before, once."""
        hit, self.hit = self.hit, None
        return hit

    def run_one(self, pc: int) -> None:
        """Run one instruction; raises unicorn.UcError as a run does."""
        self._engine.ctl_flush_tb()
        self._engine.emu_start(pc | 1, _END_OF_RUN, count=1)
        self._engine.ctl_flush_tb()
