# SPDX-License-Identifier: Apache-2.0
"""The debug probe of a virtual board behind pyOCD's own probe server: `-u remote:HOST:PORT`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from pyocd.core.session import Session
from pyocd.probe.tcp_probe_server import DebugProbeServer

from hil.virtual.host_ports.debug_probe import RESET_HOLD_S, VirtualProbe

if TYPE_CHECKING:
    from hil.virtual.debug.debug_port import DebugPort
    from hil.virtual.host_ports.pacing import PacedMachine
    from hil.virtual.machine import Machine

DEAD_CLIENT_S = 10.0
"""A live client holds the probe's lock for a few transfers, that is for milliseconds."""


class ProbeServer:
    """Listens from its making on; `start` lets clients in. Port 0: any free one, then in `port`.

    Raises OSError where the port is taken.
    """

    def __init__(self, paced: PacedMachine, name: str, port: int, *, local_only: bool) -> None:
        session = Session(None, options={"no_config": True})
        probe = PacedProbe(paced, name)
        self._server = DebugProbeServer(session, probe, port, serve_local_only=local_only)

    def start(self) -> None:
        """Let clients in."""
        self._server.start()

    def stop(self) -> None:
        """Let none in any more."""
        self._server.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        # The server's own `port` is still 0 for a moment after its start.
        return int(self._server._server.server_address[1])


class PacedProbe(VirtualProbe):
    """The virtual probe of a machine that runs in a thread."""

    def __init__(self, paced: PacedMachine, name: str) -> None:
        super().__init__(name)
        self._paced = paced

    def open(self) -> None:
        """Find the machine."""
        super().open()
        self._port = cast("DebugPort", _HeldPort(self.port, self._paced))

    def lock(self) -> None:
        """Keep other clients out.

        A client that was killed with the lock keeps it for `DEAD_CLIENT_S` and no longer.
        """
        while not self._mutex.acquire(timeout=DEAD_CLIENT_S):
            self._mutex = threading.RLock()

    def unlock(self) -> None:
        """Let other clients in; one that was taken for dead has nothing to give back."""
        with suppress(RuntimeError):
            self._mutex.release()

    def reset(self) -> None:
        """Pull nRST low for a moment, in which nobody else has the machine."""
        port = cast(_HeldPort, self.port).port
        with self._paced.hold() as machine:
            port.hold_reset(True)
            machine.run(RESET_HOLD_S)
            port.hold_reset(False)
            self._reset_asserted = False


class _HeldPort:
    """A debug port that has the machine alone for each of its accesses."""

    def __init__(self, port: DebugPort, paced: PacedMachine) -> None:
        self.port, self._paced = port, paced

    @property
    def machine(self) -> Machine:
        """Whose port it is."""
        return self.port.machine

    @property
    def clock_hz(self) -> int:
        """Clock of the wires in Hz."""
        return self.port.clock_hz

    @clock_hz.setter
    def clock_hz(self, value: int) -> None:
        self.port.clock_hz = value

    def __getattr__(self, name: str) -> Callable[..., Any]:
        access = getattr(self.port, name)

        def held(*arguments: Any) -> Any:
            with self._paced.hold():
                return access(*arguments)

        return held
