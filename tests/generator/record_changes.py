# SPDX-License-Identifier: Apache-2.0
"""Records of boards with some fields changed, in the file or behind its checks."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.errors import InputError
from generator.repository import DEFAULT_BOARDS_FILE

SHIPPED: dict[str, Any] = yaml.safe_load(DEFAULT_BOARDS_FILE.read_text())


def changed(board: str, *changes: tuple[str, object]) -> dict[str, Any]:
    """A file of one board with some fields set; `clock.pll.divider_m` names one."""
    document = {board: copy.deepcopy(SHIPPED[board])}
    for place, value in changes:
        *path, last = place.split(".")
        record = document[board]
        for key in path:
            record = record[int(key)] if isinstance(record, list) else record[key]
        record[int(last) if isinstance(record, list) else last] = value
    return document


def faults_of(path: Path, document: object) -> list[str]:
    """Write the file to `path` and return what `load_boards` complains of."""
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    with pytest.raises(InputError) as caught:
        load_boards(path)
    return [str(fault) for fault in caught.value.faults]


def change(board: BoardSpec, **sections: dict[str, Any]) -> BoardSpec:
    """The record with some fields changed, past its own checks."""
    updates = {
        name: getattr(board, name).model_copy(update=fields) for name, fields in sections.items()
    }
    return board.model_copy(update=updates)
