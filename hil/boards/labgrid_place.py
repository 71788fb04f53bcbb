# SPDX-License-Identifier: Apache-2.0
"""A board of a labgrid place: acquired for the run, its probe and port read, released in the end.

labgrid is asked through its own command, `labgrid-client`: as a library it would bring another
pyserial into this environment. The environment file is labgrid's own; its target named as the board
(or its only one, `main`) names the place:

    targets:
      u585:
        resources:
          RemotePlace:
            name: desk-u585
    options:
      coordinator_address: lab.example.org:20408

What the place must have, docs/lab.md shows.
"""

from __future__ import annotations

import shlex
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import ToolError
from hil.boards.attachment import Attachment
from hil.boards.board import BoardAbsentError
from hil.boards.labgrid_client import Labgrid, find_client, read_environment
from hil.boards.locks import hold_any
from hil.probe.attached import REMOTE, SYSFS_USB

PROBE_NAME = "probe"
"""Name of the NetworkService that is a pyOCD server."""

_POWER = ("PowerPort", "PDUDaemonPort")
"""How the classes of labgrid's resources that switch power end."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a place."""

    cls: str
    name: str
    fields: Mapping[str, Any]

    def address(self, key: str = "host") -> str | None:
        """HOST:PORT; None where the exporter has none to give now."""
        host, port = self.fields.get(key), self.fields.get("port")
        return f"{host}:{port}" if host and port else None


@contextmanager
def acquire_place(
    environment: Path,
    board: str,
    timeout_s: float,
    on_progress: Callable[[str], None] = lambda line: None,
) -> Iterator[Attachment]:
    """Hold the place of `board`, and yield how it is reached.

    A place that the user has acquired by hand is used, and stays acquired. One that another job of
    this machine uses is waited for, and so is one that somebody else has, at most `timeout_s`.
    Raises InputError for a faulty file, BoardAbsentError where the place cannot be had, ToolError
    for all else.
    """
    place, coordinator = read_environment(environment, board)
    client = Labgrid(find_client(), coordinator, place)
    # labgrid knows users, and not their jobs: those of one user keep apart by a lock of ours.
    with hold_any([f"labgrid:{place}"], board, timeout_s, on_progress):
        is_ours = _acquire(client, board, timeout_s, on_progress)
        try:
            yield attachment_of(board, place, _resources(client), client.words)
        finally:
            if is_ours and not (done := client.run("release")).ok:
                on_progress(f"[lab]      {board}: place {place} was not released: {done.said}")


def _acquire(
    client: Labgrid, board: str, timeout_s: float, on_progress: Callable[[str], None]
) -> bool:
    """Acquire the place; False where the user has it already."""
    deadline_s = time.monotonic() + timeout_s
    told = ""
    while True:
        done = client.run("acquire")
        if done.ok:
            return True
        if "You have already acquired place" in done.said and " on " not in done.said:
            on_progress(f"[lab]      {board}: place {client.place} is yours, and stays acquired")
            return False
        holder = done.holder
        if holder is None:
            raise BoardAbsentError(
                f"board {board}: labgrid does not give the place {client.place}: {done.said}",
                _remedy(done.said, client),
            )
        if time.monotonic() >= deadline_s:
            raise ToolError(
                f"{board}: the place {client.place} was not free within {timeout_s:g} s: "
                f"{holder} has it",
                "ask them to release it, or give it more time: --lock-timeout SECONDS",
            )
        if holder != told:
            told = holder
            on_progress(
                f"[lock]     {board}: the place {client.place} is held by {holder} (labgrid); "
                f"waiting, at most {timeout_s:g} s"
            )


def _remedy(said: str, client: Labgrid) -> str:
    words = shlex.join(client.words)
    if "coordinator" in said:
        return (
            "is labgrid-coordinator running there? name it as coordinator_address in the "
            "environment file, or by LG_COORDINATOR"
        )
    if "matches nothing" in said:
        return f"`{words} places` lists them; `{words} create` makes it (docs/lab.md)"
    if "no matching remote resource" in said:
        return f"is its labgrid-exporter running? `{words} show` tells what the place asks for"
    return f"`{words} show` prints more"


def _resources(client: Labgrid) -> list[Resource]:
    found = []
    for entry in client.read_resources():
        for cls, fields in entry.items():
            found.append(Resource(cls, str(fields.get("name", cls)), fields))
    return found


def attachment_of(
    board: str,
    place: str,
    resources: Sequence[Resource],
    client: Sequence[str] = ("labgrid-client",),
    *,
    host: str | None = None,
    sysfs: Path = SYSFS_USB,
) -> Attachment:
    """Probe, port and switch of the power among a place's resources.

    `host` is this machine. Raises BoardAbsentError with everything that is missing.
    """
    host = host or socket.gethostname()
    faults: list[str] = []
    port = _port(resources, faults)
    probe = _probe(resources, host, sysfs, faults)
    if faults:
        has = ", ".join(f"{one.cls} {one.name}" for one in resources) or "nothing"
        raise BoardAbsentError(
            f"board {board} cannot be reached through the labgrid place {place}, "
            f"which has {has}:\n" + "\n".join(f"  {fault}" for fault in faults),
            "docs/lab.md shows an exporter's file with all that is needed",
        )
    power = any(one.cls.endswith(_POWER) for one in resources)
    return Attachment(
        board, probe, port, shlex.join([*client, "power", "cycle"]) if power else None
    )


def _port(resources: Sequence[Resource], faults: list[str]) -> str | None:
    ports = [one for one in resources if one.cls == "NetworkSerialPort"]
    if len(ports) != 1:
        found = f"{len(ports)} are there" if ports else "there is none"
        faults.append(f"NetworkSerialPort, the board's COM port: one is needed, {found}")
        return None
    protocol = ports[0].fields.get("protocol", "rfc2217")
    if protocol != "rfc2217":
        faults.append(
            f"NetworkSerialPort {ports[0].name}: by protocol {protocol} the baud rate cannot be "
            "set; export it as rfc2217"
        )
        return None
    address = ports[0].address()
    if address is None:
        faults.append(f"NetworkSerialPort {ports[0].name} is not available: is it plugged in?")
        return None
    return f"rfc2217://{address}"


def _probe(resources: Sequence[Resource], host: str, sysfs: Path, faults: list[str]) -> str | None:
    """A pyOCD server, or an ST-LINK of this machine. None: there is none, or a fault was found."""
    servers = [r for r in resources if r.cls == "NetworkService" and r.name == PROBE_NAME]
    if servers:
        address = servers[0].address("address")
        if address is None:
            faults.append(f"NetworkService {PROBE_NAME}: address and port are needed")
            return None
        return f"{REMOTE}{address}"
    debuggers = [r for r in resources if r.cls in {"NetworkUSBDebugger", "USBDebugger"}]
    if not debuggers:
        return None
    debugger = debuggers[0].fields
    where = debugger.get("host") or host
    if where not in {host, "localhost", "127.0.0.1"}:
        faults.append(
            f"{debuggers[0].cls} {debuggers[0].name} is plugged in at {where}: run `pyocd server` "
            f"there, and export it as a NetworkService named {PROBE_NAME}"
        )
        return None
    serial = sysfs / str(debugger.get("path")) / "serial"
    try:
        return serial.read_text(encoding="ascii").strip()
    except OSError:
        faults.append(f"{debuggers[0].cls} {debuggers[0].name} is not available: {serial} is not")
        return None
