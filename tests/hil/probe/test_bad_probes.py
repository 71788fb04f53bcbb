# SPDX-License-Identifier: Apache-2.0
"""Probes as desks have them: an ST-LINK that wants a pack, in use, unplugged, over no part."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyocd.board.board_ids import BOARD_ID_TO_INFO
from pyocd.board.mbed_board import MbedBoard
from pyocd.core import exceptions
from pyocd.probe.aggregator import DebugProbeAggregator

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.errors import ToolError
from generator.repository import REPO_ROOT
from hil.probe.server_socket import ServerSocket
from hil.probe.session import debug_session, hardware_reset
from hil.virtual.host_ports import registry
from hil.virtual.host_ports.debug_probe import VirtualProbe
from hil.virtual.machine import Machine

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


Plug = Callable[[str], type[StLink]]


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plug]:
    """Plug in an ST-LINK on a board, by its key in boards.yaml."""
    names: list[str] = []

    def plug_in(board: str) -> type[StLink]:
        name = f"{board}-stlink{next(_NUMBERS)}"
        names.append(name)
        registry.register(name, Machine(board))
        kind = type("OneStLink", (StLink,), {"board_number": specs()[board].probe.board_id})

        def find(unique_id: str) -> Any:
            return kind(name) if unique_id == SERIAL else None

        monkeypatch.setattr(DebugProbeAggregator, "get_probe_with_id", find)
        return kind

    yield plug_in
    for name in names:
        registry.unregister(name)


def specs() -> dict[str, BoardSpec]:
    return load_boards(REPO_ROOT / "boards.yaml")


def raise_(error: BaseException) -> Callable[..., None]:
    def do(*_: Any) -> None:
        raise error

    return staticmethod(do)


@pytest.mark.parametrize("board", sorted(specs()))
def test_board_of_an_stlink_is_reset_without_any_pack(plug: Plug, board: str) -> None:
    plug(board)
    hardware_reset(specs()[board], SERIAL)


@pytest.mark.parametrize("board", sorted(specs()))
def test_board_of_an_stlink_is_opened_without_any_pack(plug: Plug, board: str) -> None:
    plug(board)
    with debug_session(specs()[board], SERIAL) as session:
        assert session.target.is_halted()


def test_probe_that_another_program_uses_is_told(plug: Plug) -> None:
    plug("u585").on_open = raise_(OSError(16, "Resource busy"))
    told = r"Resource busy(.|\n)*end any other program"
    with pytest.raises(ToolError, match=told):
        hardware_reset(specs()["u585"], SERIAL)
    with pytest.raises(ToolError, match=told):
        open_session()


def open_session() -> None:
    with debug_session(specs()["u585"], SERIAL):
        pass


def test_board_without_power_is_told(plug: Plug) -> None:
    plug("u585").on_connect = raise_(exceptions.ProbeError("No device connected"))
    with pytest.raises(ToolError, match="is the board powered"):
        open_session()


def test_probe_that_is_pulled_out_in_the_middle_is_told(plug: Plug) -> None:
    kind = plug("u585")
    gone = exceptions.ProbeError("USB Error: [Errno 19] No such device")
    with (
        pytest.raises(ToolError, match="No such device"),
        debug_session(specs()["u585"], SERIAL) as session,
    ):
        for name in ("read_memory", "write_memory", "read_memory_block8"):
            setattr(session.target, name, raise_(gone).__func__)  # type: ignore[attr-defined]
        kind.close = raise_(OSError(19, "No such device"))  # type: ignore[method-assign]
        session.target.read_memory(0)


@pytest.fixture
def closing_server() -> Iterator[int]:
    """A server that takes a request and goes; its port."""
    with socket.create_server(("localhost", 0)) as listening:

        def serve() -> None:
            for _ in range(2):
                try:
                    connection, _address = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(100)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]


def test_server_that_refuses_is_told() -> None:
    with socket.create_server(("localhost", 0)) as listening:
        port = listening.getsockname()[1]
    for use in (
        lambda probe: hardware_reset(specs()["u585"], probe),
        lambda probe: debug_session(specs()["u585"], probe).__enter__(),
    ):
        with pytest.raises(ToolError, match=r"refused(.|\n)*start `pyocd server` there"):
            use(f"remote:localhost:{port}")


def test_server_that_goes_away_is_told(closing_server: int) -> None:
    with pytest.raises(ToolError, match="the pyOCD server closed the connection"):
        hardware_reset(specs()["u585"], f"remote:localhost:{closing_server}")


def test_server_that_says_nothing_is_told() -> None:
    with socket.create_server(("localhost", 0)) as listening:
        waiting = ServerSocket("localhost", listening.getsockname()[1], longest_answer_s=0.0)
        waiting.connect()
        waiting.set_timeout(0.01)
        with pytest.raises(exceptions.ProbeDisconnected, match="said nothing for 0 s"):
            waiting.readline()
        waiting.close()
