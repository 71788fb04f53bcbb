# SPDX-License-Identifier: Apache-2.0
"""Memory that cannot be read as it should: the core's reads and fetches there are looked at.

While any is watched, the engine takes its slow path for every load. So nothing is hooked until the
first span is, and nothing is left behind when the last one goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import unicorn

from hil.virtual.cpu.core_outcome import AccessFault

_LONGEST_ACCESS_BYTES = 8

ReadAnswer = Callable[[int], bool]
"""Called with the address; True: the access is a fault, False: it gets what the cells hold."""


class WatchedCells:
    """Spans of memory whose reads are answered by somebody; `fail` stops the core at a fault."""

    def __init__(self, engine: unicorn.Uc, fail: Callable[[AccessFault], None]) -> None:
        self._engine = engine
        self._fail = fail
        self._spans: tuple[tuple[int, int], ...] = ()
        self._answer: ReadAnswer = lambda address: False
        self._hooks: list[Any] = []
        self._changed = False

    def set(self, spans: Sequence[tuple[int, int]], answer: ReadAnswer) -> None:
        """Watch these spans (first address, end) and no others, from the core's next run on."""
        self._changed |= tuple(spans) != self._spans
        self._spans, self._answer = tuple(spans), answer

    def apply(self) -> None:
        """Hook what is watched now; the core must be stopped."""
        if not self._changed:
            return
        self._changed = False
        for hook in self._hooks:
            self._engine.hook_del(hook)
        self._hooks = []
        for first, end in self._spans:
            # An access that starts in front may reach in.
            begin = first - _LONGEST_ACCESS_BYTES + 1
            self._hooks += [
                self._engine.hook_add(
                    unicorn.UC_HOOK_MEM_READ, self._on_read, None, begin, end - 1
                ),
                self._engine.hook_add(unicorn.UC_HOOK_CODE, self._on_fetch, None, begin, end - 1),
            ]
        self._engine.ctl_flush_tb()

    def first_in(self, address: int, count: int) -> int | None:
        """The first watched address in a span of memory."""
        found = [
            max(first, address)
            for first, end in self._spans
            if first < address + count and address < end
        ]
        return min(found, default=None)

    def _on_read(
        self, _: unicorn.Uc, __: int, address: int, size: int, ___: int, ____: object
    ) -> None:
        self._answer_access(unicorn.UC_MEM_READ_PROT, address, size)

    def _on_fetch(self, _: unicorn.Uc, address: int, size: int, __: object) -> None:
        self._answer_access(unicorn.UC_MEM_FETCH_PROT, address, size)

    def _answer_access(self, kind: int, address: int, size: int) -> None:
        found = self.first_in(address, size)
        if found is not None and self._answer(found):
            self._fail(AccessFault(kind, found, size, 0))
