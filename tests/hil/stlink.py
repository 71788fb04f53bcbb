# SPDX-License-Identifier: Apache-2.0
"""A virtual board behind a probe that pyOCD and the harness take for an ST-LINK."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from pyocd.board.board_ids import BOARD_ID_TO_INFO
from pyocd.board.mbed_board import MbedBoard
from pyocd.probe.aggregator import DebugProbeAggregator

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.repository import DEFAULT_BOARDS_FILE
from hil.virtual.host_ports import registry, serial_url
from hil.virtual.host_ports.debug_probe import VirtualProbe
from hil.virtual.machine import Machine

SPECS: dict[str, BoardSpec] = load_boards(DEFAULT_BOARDS_FILE)
SERIAL = "004200253156501320323443"
_NUMBERS = itertools.count()


class StLink(VirtualProbe):
    """A virtual board behind what an ST-LINK says of itself, and what goes wrong with one."""

    board_number = ""
    on_open: Callable[[], None] = staticmethod(lambda: None)
    on_connect: Callable[[], None] = staticmethod(lambda: None)

    @property
    def unique_id(self) -> str:
        return SERIAL

    @property
    def associated_board_info(self) -> Any:
        return BOARD_ID_TO_INFO.get(self.board_number)

    def create_associated_board(self) -> Any:
        return MbedBoard(
            self.session, board_info=self.associated_board_info, board_id=self.board_number
        )

    def open(self) -> None:
        self.on_open()
        super().open()

    def connect(self, protocol: Any = None) -> None:
        self.on_connect()
        super().connect(protocol)


def plug_in(board: str, monkeypatch: pytest.MonkeyPatch) -> tuple[type[StLink], str]:
    """Plug in an ST-LINK on a board; its class, and its COM port."""
    serial_url.register_handler()
    name = f"{board}-stlink{next(_NUMBERS)}"
    registry.register(name, Machine(board))
    kind = type("OneStLink", (StLink,), {"board_number": SPECS[board].probe.board_id})

    def find(unique_id: str) -> Any:
        return kind(name) if unique_id == SERIAL else None

    monkeypatch.setattr(DebugProbeAggregator, "get_probe_with_id", find)
    return kind, f"virtual://{name}"


def unplug(port: str) -> None:
    """Take the board away."""
    registry.unregister(port.removeprefix("virtual://"))
