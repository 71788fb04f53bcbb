# SPDX-License-Identifier: Apache-2.0
"""Which attachments a run may take for a board, by its options and by what is plugged in."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from generator.boards.record import BoardSpec
from generator.errors import Fault, InputError, ToolError
from hil.boards.attachment import Attachment
from hil.boards.board import BoardAbsentError
from hil.boards.inventory import (
    default_inventory,
    make_attachment,
    place_fault,
    read_inventory,
    whole_id,
)
from hil.probe.attached import REMOTE, VIRTUAL, Attached, AttachedProbe

_NUMBERS = itertools.count()


class AttachmentOptions(Protocol):
    """What is asked of the run's options."""

    @property
    def boards_file(self) -> Path:
        """The boards.yaml in use; the default inventory is beside it."""

    @property
    def board_names(self) -> Sequence[str]:
        """All boards of that file."""

    @property
    def virtual(self) -> bool:
        """Whether a virtual board was asked for."""

    @property
    def probe(self) -> str | None:
        """The probe named on the command line."""

    @property
    def port(self) -> str | None:
        """The port named on the command line."""

    @property
    def inventory(self) -> Path | None:
        """The inventory named on the command line."""


def choose_attachments(
    options: AttachmentOptions,
    spec: BoardSpec,
    attached: Callable[[], Attached],
    held_by: Callable[[str], str | None] = lambda probe: None,
) -> list[Attachment]:
    """The attachments that serve for `spec`: one, or several of an inventory that are as good.

    None of them, with --virtual: each process makes a virtual board of its own.
    `attached` is asked only where it matters, since it needs pyOCD and opens probes. `held_by`
    tells for which board a probe is in use now: such a probe does not answer that itself.
    Raises BoardAbsentError where there is none, ToolError where the choice is not clear or the
    board is another one, InputError for a faulty inventory.
    """
    entries = _entries(options)
    if options.virtual:
        if options.probe is not None:
            return [_named(options, spec, entries, attached)]
        return [one for one in entries if one.board == spec.id and one.virtual]
    if options.probe is not None or options.port is not None:
        return [_named(options, spec, entries, attached)]
    ours = [one for one in entries if one.board == spec.id]
    silicon = [one for one in ours if not one.virtual]
    if ours and not silicon:
        return ours
    if silicon:
        return _present(silicon, spec, attached)
    return [_recognised(spec, attached(), held_by, {one.probe for one in entries})]


def _entries(options: AttachmentOptions) -> list[Attachment]:
    path = options.inventory or default_inventory(options.boards_file)
    return read_inventory(path, options.board_names) if path is not None else []


def own_virtual_board(spec: BoardSpec) -> Attachment:
    """A virtual board that only this process has, under a name used once: nothing to lock."""
    name = f"{spec.id}-{os.getpid()}x{next(_NUMBERS)}"
    return Attachment(spec.id, f"{VIRTUAL}{name}", f"virtual://{name}")


def _named(
    options: AttachmentOptions,
    spec: BoardSpec,
    entries: Iterable[Attachment],
    attached: Callable[[], Attached],
) -> Attachment:
    """What the command line names; the inventory adds what it knows of the same board."""
    port = options.port
    fault = place_fault(spec.id, options.probe, port)
    if fault is not None:
        option = "--probe" if options.probe is not None else "--port"
        raise InputError([Fault(option, fault, "make boards lists what there is")])
    if options.probe is not None:
        probe = whole_id(options.probe)
        known = next((one for one in entries if one.probe == probe), None)
        known = known or make_attachment(spec.id, probe, None)
        known = replace(known, port=port or known.port)
    else:
        known = next((one for one in entries if _is_port(port, [one.port])), None)
        if known is None and not is_there(port):
            raise absent(spec, f"there is no {port}", "make boards lists what is plugged in")
        known = known or _behind_port(port, spec, attached())
    if known.board != spec.id:
        raise ToolError(
            f"{known} is {known.board} in the inventory, not {spec.id}",
            f"name another one, or run with --board {known.board}",
        )
    if known.virtual:
        return known
    return _present([known], spec, attached)[0]


def _behind_port(port: str | None, spec: BoardSpec, attached: Attached) -> Attachment:
    """A port with the probe of the same USB device, if it has one."""
    probe = next((probe for probe in attached.probes if _is_port(port, probe.ports)), None)
    return Attachment(spec.id, probe.unique_id if probe else None, port)


def _is_port(port: str | None, ports: Iterable[str | None]) -> bool:
    """Whether a port is one of those, links followed: /dev/ttyACM0 also has a lasting name."""
    return port is not None and any(
        port == other or (_is_path(port) and os.path.realpath(port) == os.path.realpath(other))
        for other in ports
        if other is not None
    )


def _is_path(port: str) -> bool:
    return port.startswith("/")


def is_there(port: str | None) -> bool:
    """False for a device that is missing; of a URL, or a name of Windows, nothing is known."""
    return port is None or not _is_path(port) or Path(port).exists()


def _present(
    entries: Sequence[Attachment], spec: BoardSpec, attached: Callable[[], Attached]
) -> list[Attachment]:
    """Those that are plugged in, each with its port."""
    present: list[Attachment] = []
    missing: list[str] = []
    listed: Attached | None = None
    for entry in entries:
        if entry.probe is None or entry.probe.startswith(REMOTE):
            if is_there(entry.port):
                present.append(entry)
            else:
                missing.append(f"port {entry.port}")
            continue
        listed = listed or attached()
        probe = listed.find(entry.probe)
        if probe is None:
            missing.append(f"probe {entry.probe}")
            continue
        _check_board(probe, spec)
        present.append(entry if entry.port else replace(entry, port=_only_port(probe)))
    if present:
        return present
    there = f" (ids are compared whole); there is:\n{describe(listed)}" if listed else ""
    raise absent(
        spec,
        f"there is no {', no '.join(missing)}{there}",
        "plug it in, or name what is there by --probe or --port; make boards lists it",
    )


def absent(spec: BoardSpec, why: str, remedy: str) -> BoardAbsentError:
    """The error for a board that is not there."""
    return BoardAbsentError(f"board {spec.id} is not available: {why}", remedy)


def _only_port(probe: AttachedProbe) -> str | None:
    """The port of the same USB device; None if it has none (a probe without COM port)."""
    if len(probe.ports) > 1:
        raise ToolError(
            f"probe {probe.unique_id} has {len(probe.ports)} ports: {', '.join(probe.ports)}",
            "name the board's own by --port, or as `port` in the inventory",
        )
    return probe.ports[0] if probe.ports else None


def _check_board(probe: AttachedProbe, spec: BoardSpec) -> None:
    """Refuse a probe that sits on another board. One that does not say is believed."""
    if probe.board_id is not None and probe.board_id != spec.probe.board_id:
        raise ToolError(
            f"probe {probe.unique_id} sits on board {probe.board_id}, "
            f"but {spec.id} ({spec.name}) is {spec.probe.board_id}",
            "name the board that is there (--board), or another probe; make boards lists them",
        )


def _recognised(
    spec: BoardSpec,
    attached: Attached,
    held_by: Callable[[str], str | None],
    taken: set[str | None],
) -> Attachment:
    """The one probe that says it sits on this board; what the inventory has for others is out."""
    free = [probe for probe in attached.probes if probe.unique_id not in taken]
    ours = [p for p in free if p.board_id == spec.probe.board_id or held_by(p.unique_id) == spec.id]
    if len(ours) == 1:
        return Attachment(spec.id, ours[0].unique_id, _only_port(ours[0]))
    if ours:
        raise ToolError(
            f"{len(ours)} boards {spec.id} are plugged in, and nothing says which one to take:\n"
            f"{describe(replace(attached, probes=tuple(ours)))}",
            "name one by --probe ID, or list all of them in an inventory "
            "(make boards WRITE=1): then any free one is taken",
        )
    silent = [probe for probe in free if probe.board_id is None]
    remedy = "plug it in; make boards lists what is there; --virtual needs no board"
    if silent:
        ids = " or ".join(f"--probe {probe.unique_id}" for probe in silent)
        remedy = f"if it is the one that does not say its board: {ids}; else {remedy}"
    raise absent(
        spec,
        f"no probe says that it sits on board {spec.probe.board_id} ({spec.name}); there is:\n"
        f"{describe(attached)}",
        remedy,
    )


def describe(attached: Attached) -> str:
    """What is plugged in, a line each, with what is wrong below."""
    lines: list[str] = []
    for probe in attached.probes:
        board = f"board {probe.board_id}" if probe.board_id else "does not say its board"
        port = ", ".join(probe.ports) or "no serial port"
        lines.append(f"  {probe.unique_id}  {probe.product}, {board}, {port}")
        lines += [f"    {line}" for line in probe.complaint.splitlines()]
    lines = lines or ["  no debug probe"]
    for complaint in attached.complaints:
        lines += [f"  {line}" for line in complaint.splitlines()]
    return "\n".join(lines)
