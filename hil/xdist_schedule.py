# SPDX-License-Identifier: Apache-2.0
"""How pytest-xdist hands out tests where one process has a board to itself.

xdist's own `loadgroup` marks tests by changing their ids, which newer pytest releases do not heed.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from hil.node_ids import board_of


def keeps_boards_together(boards: int, processes: int, *, virtual: bool) -> bool:
    """Whether all tests of a board go to one process.

    Silicon there is only once. Of a virtual board each process can have its own, at the price of
    building and booting it once more: that pays only where there are fewer boards than processes.
    """
    return not virtual or boards >= processes > 0


class BoardScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of one board stay together and in order; those without a board stand alone."""

    def __init__(self, config: Any, log: Any, boards: frozenset[str]) -> None:
        super().__init__(config, log)
        self._boards = boards

    def _split_scope(self, nodeid: str) -> str:
        return board_of(nodeid, self._boards) or nodeid
