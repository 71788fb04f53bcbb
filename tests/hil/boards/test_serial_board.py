# SPDX-License-Identifier: Apache-2.0
"""A board behind a real port: found, not found, ambiguous, absent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.errors import ToolError
from generator.repository import REPO_ROOT
from hil.boards.serial_board import SerialBoard


@pytest.fixture
def spec() -> BoardSpec:
    return load_boards(REPO_ROOT / "boards.yaml")["u585"]


def attach(monkeypatch: pytest.MonkeyPatch, ports: Sequence[tuple[str, int | None]]) -> None:
    found = [SimpleNamespace(device=name, vid=vid, serial_number="0123") for name, vid in ports]
    monkeypatch.setattr("hil.boards.serial_board.list_ports.comports", lambda: found)


def test_no_probe_is_told_with_what_to_do(spec: BoardSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(monkeypatch, [("/dev/ttyS0", None), ("/dev/ttyUSB0", 0x10C4)])
    reason = SerialBoard(spec, None).unavailable_reason()
    assert reason is not None
    assert "0483" in reason
    assert "--virtual" in reason


def test_only_probe_is_taken(spec: BoardSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(monkeypatch, [("/dev/ttyS0", None), ("/dev/ttyACM0", 0x0483)])
    board = SerialBoard(spec, None)
    assert board.unavailable_reason() is None
    with pytest.raises(ToolError, match=r"cannot open /dev/ttyACM0.*\n.*must carry image\.hex"):
        board.open(cast(Any, SimpleNamespace(hex="image.hex")))


def test_two_probes_must_be_told_apart(spec: BoardSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(monkeypatch, [("/dev/ttyACM1", 0x0483), ("/dev/ttyACM0", 0x0483)])
    reason = SerialBoard(spec, None).unavailable_reason()
    assert reason == "2 probes are attached (/dev/ttyACM0, /dev/ttyACM1); name one by --port"


def test_named_port_must_exist(spec: BoardSpec, tmp_path: Path) -> None:
    missing = str(tmp_path / "ttyNone")
    assert SerialBoard(spec, missing).unavailable_reason() == f"there is no {missing}"
    assert SerialBoard(spec, "rfc2217://lab:4000").unavailable_reason() is None
    assert SerialBoard(spec, "COM7").unavailable_reason() is None


def test_port_opens_and_closes(spec: BoardSpec) -> None:
    board = SerialBoard(spec, "loop://")
    port = board.open(cast(Any, SimpleNamespace(hex="image.hex")))
    port.write(b"x")
    port.timeout = 1.0
    assert port.read(1) == b"x"
    assert board.watch("main") is None
    board.close()
    board.close()
