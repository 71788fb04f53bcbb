# SPDX-License-Identifier: Apache-2.0
"""The serial port of a virtual board behind TCP, by RFC 2217: `rfc2217://HOST:PORT` of pyserial.

One client at a time has the port, as with a device; another is sent away. What the board says while
no client is there is lost, as at a USB port that nobody has opened.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from serial import SerialException
from serial.rfc2217 import PortManager

from hil.virtual.host_ports.pacing import PacedMachine
from hil.virtual.host_ports.serial_port import Serial

_LOOK_S = 0.1
"""How often a thread without work looks whether its client is still there."""


class Rfc2217Server:
    """Listens from its making on; `start` lets clients in. Port 0: any free one, then in `port`."""

    def __init__(self, paced: PacedMachine, name: str, host: str, port: int) -> None:
        self._paced, self._url = paced, f"virtual://{name}"
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self._client: socket.socket | None = None
        self._is_open = True
        self._thread = threading.Thread(target=self._accept, name="serial port", daemon=True)

    def start(self) -> None:
        """Let clients in."""
        self._thread.start()

    def stop(self) -> None:
        """Send the client away, and let none in any more."""
        self._is_open = False
        _hang_up(self._client)
        _hang_up(self._listener)
        if self._thread.is_alive():
            self._thread.join()

    def _accept(self) -> None:
        while self._is_open:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._client is not None:
                _hang_up(client)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._client = client
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with self._paced.hold() as machine:
                port = Serial(self._url)
                machine.line.forget_received()
            connection = _Connection(client)
            manager = PortManager(port, connection)
            sender = threading.Thread(
                target=self._send, args=(port, connection, manager), daemon=True
            )
            sender.start()
            with suppress(OSError):
                while data := client.recv(4096):
                    with self._paced.hold():
                        # Settings are made as the bytes pass through the filter.
                        port.write(b"".join(manager.filter(data)))
        except SerialException:
            pass  # The port is gone: so is the connection.
        finally:
            self._client = None
            _hang_up(client)

    def _send(self, port: Serial, connection: _Connection, manager: PortManager) -> None:
        """Carry to the client what the board sends."""
        while connection.is_open:
            if not self._paced.bytes_came.wait(_LOOK_S):
                continue
            with self._paced.hold() as machine:
                self._paced.bytes_came.clear()
                data = bytes(machine.line.from_board)
                machine.line.from_board.clear()
                gone = machine.port_is_gone
            connection.write(b"".join(manager.escape(data)))
            if gone:
                connection.close()


class _Connection:
    """What both threads of a client write to."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        return self._client.fileno() >= 0

    def write(self, data: bytes) -> None:
        """Send all of it; a client that has gone away gets nothing."""
        with self._lock, suppress(OSError):
            self._client.sendall(data)

    def close(self) -> None:
        _hang_up(self._client)


def _hang_up(end: socket.socket | None) -> None:
    if end is not None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
