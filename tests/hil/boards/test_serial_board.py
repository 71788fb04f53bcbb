# SPDX-License-Identifier: Apache-2.0
"""A board behind a port: opened, programmed once, power taken away; what fails is told."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.errors import ToolError
from generator.repository import REPO_ROOT
from hil.boards.attachment import Attachment
from hil.boards.image import BuiltImage
from hil.boards.programmer import NoProgrammerError
from hil.boards.serial_board import SerialBoard

IMAGE = cast(BuiltImage, SimpleNamespace(hex="image.hex"))


@pytest.fixture
def spec() -> BoardSpec:
    return load_boards(REPO_ROOT / "boards.yaml")["u585"]


class Programmer:
    """Notes what it is asked to write."""

    def __init__(self) -> None:
        self.always: list[bool] = []

    def program(self, image: BuiltImage, *, always: bool = False) -> None:
        self.always.append(always)


def at(port: str | None, power_cycle: str | None = None) -> Attachment:
    return Attachment("u585", "066CFF", port, power_cycle)


def test_board_without_a_port_is_not_available(spec: BoardSpec) -> None:
    reason = SerialBoard(spec, at(None), None).unavailable_reason()
    assert reason is not None
    assert "066CFF has no serial port" in reason
    assert "--port" in reason


def test_port_that_does_not_open_is_told_with_the_image(spec: BoardSpec) -> None:
    board = SerialBoard(spec, at("/dev/ttyNone"), None)
    with pytest.raises(ToolError, match=r"cannot open /dev/ttyNone.*\n.*must carry image\.hex"):
        board.open(IMAGE)


def test_port_opens_and_closes_and_opens_again_without_a_second_programming(
    spec: BoardSpec,
) -> None:
    programmer = Programmer()
    board = SerialBoard(spec, at("loop://"), programmer)
    for _ in range(2):
        port = board.open(IMAGE)
        port.write(b"x")
        port.timeout = 1.0
        assert port.read(1) == b"x"
        assert board.watch("main") is None
        board.close()
    board.reflash()
    assert programmer.always == [False, True]


def test_board_that_is_programmed_by_hand_is_not_programmed(spec: BoardSpec) -> None:
    board = SerialBoard(spec, at("loop://"), None)
    board.open(IMAGE)
    with pytest.raises(NoProgrammerError, match="nothing writes this board's flash"):
        board.reflash()
    board.release()


def test_a_port_alone_resets_nothing_and_says_so(spec: BoardSpec) -> None:
    assert not SerialBoard(spec, at("loop://"), None).reset()


def test_power_is_cycled_by_the_attachments_command(spec: BoardSpec) -> None:
    assert not SerialBoard(spec, at("loop://"), None).power_cycle()
    works = SerialBoard(spec, at("loop://", f"{sys.executable} -c pass"), None)
    assert works.power_cycle()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (f"{sys.executable} -c 'import sys; sys.exit(\"no hub\")'", "no hub"),
        ("no-such-tool-at-all", "no-such-tool-at-all"),
    ],
)
def test_power_cycle_that_fails_is_told(spec: BoardSpec, command: str, told: str) -> None:
    with pytest.raises(ToolError, match=told):
        SerialBoard(spec, at("loop://", command), None).power_cycle()


def test_port_that_vanishes_is_an_error_of_the_system(spec: BoardSpec) -> None:
    """termios' own errors are none, and nobody would take them for a port that is gone."""
    host, device = os.openpty()
    board = SerialBoard(spec, at(os.ttyname(device)), None)
    board.open(IMAGE)
    os.close(device)
    os.close(host)
    with pytest.raises(OSError, match="/dev/"):
        board._drop_line()
    board.close()


def test_probe_and_port_are_reported(spec: BoardSpec) -> None:
    board: Any = SerialBoard(spec, at("loop://"), None)
    assert board.properties() == {"port": "loop://", "probe": "066CFF"}
