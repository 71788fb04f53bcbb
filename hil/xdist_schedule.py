# SPDX-License-Identifier: Apache-2.0
"""How pytest-xdist hands out tests where a process has a board to itself.

xdist's own `loadgroup` marks tests by changing their ids, which newer pytest releases do not heed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from hil.node_ids import board_of


def share_out(attachments: Mapping[str, int | None], processes: int) -> dict[str, int] | None:
    """Over how many processes the tests of each board are spread; None: as xdist does by itself.

    `attachments` is how often each board is here: no more processes can have one. None is a
    virtual board that each process makes for itself, at the price of building and booting it once
    more: that pays only where there are fewer boards than processes.
    """
    of_its_own = 1 if len(attachments) >= processes else processes
    if all(number is None for number in attachments.values()) and of_its_own > 1:
        return None
    return {
        board: max(1, min(of_its_own if number is None else number, processes))
        for board, number in attachments.items()
    }


class BoardScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each board's tests in as many parts as it has processes; those without a board stand alone.

    A part stays in one process and in order. Tests go to the parts by turns, in the order that
    they were collected in, so that each part has its share of every file.
    """

    def __init__(self, config: Any, log: Any, processes: Mapping[str, int]) -> None:
        super().__init__(config, log)
        self._processes = processes
        self._boards = frozenset(processes)
        self._scopes: dict[str, str] = {}
        self._handed_out: Counter[str] = Counter()

    def _split_scope(self, nodeid: str) -> str:
        scope = self._scopes.get(nodeid)
        if scope is None:
            board = board_of(nodeid, self._boards)
            scope = nodeid
            if board is not None:
                scope = f"{board} {self._handed_out[board] % self._processes[board]}"
                self._handed_out[board] += 1
            self._scopes[nodeid] = scope
        return scope
