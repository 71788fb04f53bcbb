# SPDX-License-Identifier: Apache-2.0
"""The local inventory: which boards stand here, and how each is reached.

A YAML file that is a list, one entry a board; git ignores it, since it is about one desk:

    - board: u585
      probe: "004200253156501320323443"   # `make boards` lists the ids
      port: /dev/serial/by-id/usb-STMicroelectronics_STLINK-V3_004200253156501320323443-if02
      power_cycle: uhubctl -l 1-1 -p 2 -a cycle
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from generator.boards.section import Section
from generator.errors import Fault, InputError
from generator.repository import DATA_DIR, WORK_DIR
from generator.spelling import nearest
from generator.yaml_lines import Lines, read_sequence
from hil.boards.attachment import Attachment
from hil.probe.attached import REMOTE, VIRTUAL, Attached

VIRTUAL_PORT = "virtual://"
"""How the serial ports of virtual boards begin."""

DEFAULT_NAME = "boards.local.yaml"
"""Beside boards.yaml."""

REMOTE_PORT = 5555
"""Where a pyOCD server listens if nothing else is said."""

_EMPTY = "holds no entry"
_HOW = "a list, as in: - {board: u585, probe: 004200253156501320323443}"


class Entry(Section):
    """One board of an inventory."""

    board: Annotated[str, Field(min_length=1)]
    probe: Annotated[str, Field(min_length=1)] | None = None
    port: Annotated[str, Field(min_length=1)] | None = None
    power_cycle: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _check_reachable(self) -> Entry:
        if self.probe is None and self.port is None:
            raise ValueError("neither probe nor port: nothing leads to the board")
        if self.probe is not None and self.probe.startswith(REMOTE) and self.port is None:
            raise ValueError(
                "a remote probe's port cannot be found: give port: rfc2217://HOST:PORT"
            )
        fault = place_fault(self.board, self.probe, self.port)
        if fault is not None:
            raise ValueError(fault)
        return self


def inventory_folder(boards_file: Path) -> Path:
    """Where the inventory is looked for: beside `boards_file`; for mel2metal's own, where it was
    started, or in the checkout."""
    folder = boards_file.resolve().parent
    return WORK_DIR if folder == DATA_DIR else folder


def default_inventory(boards_file: Path) -> Path | None:
    """The inventory in `inventory_folder`, if there is one."""
    path = inventory_folder(boards_file) / DEFAULT_NAME
    return path if os.path.lexists(path) else None


def read_inventory(path: Path, boards: Collection[str]) -> list[Attachment]:
    """Read the entries; `boards` are those of boards.yaml.

    Raises InputError with every fault of the file: of YAML, of form, unknown boards, and a probe or
    a port that stands in two entries.
    """
    document, lines = read_sequence(path, _EMPTY, _HOW)
    faults = list(lines.duplicates)
    attachments: list[Attachment] = []
    seen: dict[tuple[str, str], str] = {}
    for index, record in enumerate(document):
        if not isinstance(record, Mapping):
            faults.append(Fault(lines.where(index), "is no entry", _HOW))
            continue
        board = record.get("board")
        if isinstance(board, str) and board not in boards:
            near = nearest(board, boards)
            remedy = f"{f'did you mean {near}? Or ' if near else ''}one of {', '.join(boards)}"
            faults.append(Fault(lines.where(index, "board"), f"no board {board!r}", remedy))
        try:
            entry = Entry.model_validate(record)
        except ValidationError as error:
            faults += _faults_of_form(error, index, lines)
            continue
        attachment = make_attachment(entry.board, entry.probe, entry.port, entry.power_cycle)
        for key, value in (("probe", attachment.probe), ("port", attachment.port)):
            if value is None:
                continue
            where = lines.where(index, key)
            if (key, value) in seen:
                what = f"{value} is in {seen[key, value]} as well"
                faults.append(Fault(where, what, "one board has one probe and one port"))
                break
            seen[key, value] = where
        attachments.append(attachment)
    if faults:
        raise InputError(faults)
    return attachments


def place_fault(board: str, probe: str | None, port: str | None) -> str | None:
    """What is wrong with a probe and a port by what they say themselves; None if nothing is."""
    for value in (probe, port):
        if value is not None and (not value or value != value.strip()):
            return f"{value!r} is no probe and no port: it is empty, or has blanks around it"
    if probe is not None and probe.startswith(REMOTE) and not _is_address(whole_id(probe)):
        return f"{probe}: give remote:HOST or remote:HOST:PORT, with a PORT from 1 to 65535"
    for kind, value in ((VIRTUAL, probe), (VIRTUAL_PORT, port)):
        if value is None or not value.startswith(kind):
            continue
        if value.removeprefix(kind).partition("-")[0] != board:
            return f"{value} is no virtual {board}: give {kind}{board} or {kind}{board}-NAME"
    return None


def _is_address(probe: str) -> bool:
    host, _, port = probe.removeprefix(REMOTE).partition(":")
    return bool(host) and port.isdecimal() and 0 < int(port) < 1 << 16


def make_attachment(
    board: str, probe: str | None, port: str | None, power_cycle: str | None = None
) -> Attachment:
    """An attachment with its probe's whole id; of a virtual one probe and port tell each other."""
    if probe is None and port is not None and port.startswith(VIRTUAL_PORT):
        probe = VIRTUAL + port.removeprefix(VIRTUAL_PORT)
    probe = whole_id(probe) if probe is not None else None
    if port is None and probe is not None and probe.startswith(VIRTUAL):
        port = VIRTUAL_PORT + probe.removeprefix(VIRTUAL)
    return Attachment(board, probe, port, power_cycle)


def whole_id(probe: str) -> str:
    """The id as pyOCD has it: the address of a `remote:` probe always has its port."""
    if not probe.startswith(REMOTE) or ":" in probe.removeprefix(REMOTE):
        return probe
    return f"{probe}:{REMOTE_PORT}"


def _faults_of_form(error: ValidationError, index: int, lines: Lines) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        where = lines.where(index, *detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                keys = ", ".join(Entry.model_fields)
                yield Fault(where, "unknown key", f"there are: {keys}")
            case "missing":
                yield Fault(where, "is missing", _HOW)
            case "string_type":
                what = f"is no text, found {detail['input']!r}"
                yield Fault(where, what, "put it in quotes")
            case _:
                yield Fault(where, detail["msg"].removeprefix("Value error, "))


def propose_inventory(attached: Attached, boards: Mapping[str, str]) -> str:
    """An inventory of what is plugged in, as text; `boards` are board numbers by name.

    Probes that do not say where they sit are written as comments, to be filled in by hand.
    """
    names: dict[str, list[str]] = {}
    for name, board_id in boards.items():
        names.setdefault(board_id, []).append(name)
    lines = ["# The boards of this desk alone. docs/inventory.md explains each key."]
    for probe in attached.probes:
        known = names.get(probe.board_id or "", [])
        ports = probe.ports or ("",)
        mark = "" if len(known) == 1 and len(ports) == 1 else "# "
        lines.append("")
        if mark:
            lines.append(f"# {probe.product}: say which board it is on, and take the # away.")
        board = " or ".join(known) or "NAME"
        lines.append(f"{mark}- board: {board}")
        lines.append(f'{mark}  probe: "{probe.unique_id}"')
        lines += [f'{mark}  port: "{port}"' for port in ports if port]
        lines.append(f"{mark}  # power_cycle: uhubctl -l 1-1 -p 2 -a cycle")
    return "\n".join(lines) + "\n"
