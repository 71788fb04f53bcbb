# SPDX-License-Identifier: Apache-2.0
"""Probes as desks have them: an ST-LINK that wants a pack, in use, unplugged, over no part."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyocd.core import exceptions

from generator.errors import ToolError
from hil.probe.server_socket import ServerSocket
from hil.probe.session import debug_session, hardware_reset
from tests.hil.stlink import SERIAL, SPECS, StLink, plug_in, unplug

Plug = Callable[[str], type[StLink]]


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plug]:
    """Plug in an ST-LINK on a board, by its key in boards.yaml."""
    ports: list[str] = []

    def do(board: str) -> type[StLink]:
        kind, port = plug_in(board, monkeypatch)
        ports.append(port)
        return kind

    yield do
    for port in ports:
        unplug(port)


def raise_(error: BaseException) -> Callable[..., None]:
    def do(*_: Any) -> None:
        raise error

    return staticmethod(do)


@pytest.mark.parametrize("board", SPECS)
def test_board_of_an_stlink_is_reset_without_any_pack(plug: Plug, board: str) -> None:
    plug(board)
    hardware_reset(SPECS[board], SERIAL)


@pytest.mark.parametrize("board", SPECS)
def test_board_of_an_stlink_is_opened_without_any_pack(plug: Plug, board: str) -> None:
    plug(board)
    with debug_session(SPECS[board], SERIAL) as session:
        assert session.target.is_halted()


def test_probe_that_another_program_uses_is_told(plug: Plug) -> None:
    plug("u585").on_open = raise_(OSError(16, "Resource busy"))
    told = r"Resource busy(.|\n)*end any other program"
    with pytest.raises(ToolError, match=told):
        hardware_reset(SPECS["u585"], SERIAL)
    with pytest.raises(ToolError, match=told):
        open_session()


def open_session() -> None:
    with debug_session(SPECS["u585"], SERIAL):
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
        debug_session(SPECS["u585"], SERIAL) as session,
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
        lambda probe: hardware_reset(SPECS["u585"], probe),
        lambda probe: debug_session(SPECS["u585"], probe).__enter__(),
    ):
        with pytest.raises(ToolError, match=r"refused(.|\n)*start `pyocd server` there"):
            use(f"remote:localhost:{port}")


def test_server_that_goes_away_is_told(closing_server: int) -> None:
    with pytest.raises(ToolError, match="the pyOCD server closed the connection"):
        hardware_reset(SPECS["u585"], f"remote:localhost:{closing_server}")


def test_server_that_says_nothing_is_told() -> None:
    with socket.create_server(("localhost", 0)) as listening:
        waiting = ServerSocket("localhost", listening.getsockname()[1], longest_answer_s=0.0)
        waiting.connect()
        waiting.set_timeout(0.01)
        with pytest.raises(exceptions.ProbeDisconnected, match="said nothing for 0 s"):
            waiting.readline()
        waiting.close()


def test_missing_pyocd_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyocd.core.helpers", None)
    with pytest.raises(ToolError, match=r"pyOCD(.|\n)*`make test-fast` installs it"):
        open_session()
    with pytest.raises(ToolError, match=r"pyOCD(.|\n)*`make test-fast` installs it"):
        hardware_reset(SPECS["u585"], SERIAL)
