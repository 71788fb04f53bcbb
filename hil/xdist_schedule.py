# SPDX-License-Identifier: Apache-2.0
"""How pytest-xdist hands out the tests of real boards: one process a board.

xdist's own `loadgroup` marks tests by changing their ids, which newer pytest releases do not heed.
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from hil.node_ids import board_of


class BoardScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Tests of one board stay together and in order; those without a board stand alone."""

    def __init__(self, config: Any, log: Any, boards: frozenset[str]) -> None:
        super().__init__(config, log)
        self._boards = boards

    def _split_scope(self, nodeid: str) -> str:
        return board_of(nodeid, self._boards) or nodeid
