# SPDX-License-Identifier: Apache-2.0
"""What is plugged in, which board each probe sits on, who uses it: `mel2metal boards`."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.errors import EXIT_TOOL, Fault, InputError, ToolError
from generator.extras import HIL, missing_extra
from hil.boards.acquire import look
from hil.boards.attachment import Attachment
from hil.boards.inventory import (
    DEFAULT_NAME,
    default_inventory,
    inventory_folder,
    propose_inventory,
    read_inventory,
)
from hil.boards.locks import Owner, holder
from hil.probe.attached import REMOTE, Attached, AttachedProbe


def run_boards(options: argparse.Namespace) -> int:
    """List or write them; 3 if a probe cannot be used. Raises InputError and ToolError."""
    if importlib.util.find_spec("pyocd") is None:
        raise missing_extra("boards", "pyocd", HIL)
    specs = load_boards(options.boards_file)
    inventory: Path = options.inventory or inventory_folder(options.boards_file) / DEFAULT_NAME
    if options.write:
        _write(inventory, look(), specs)
        print(f"written: {inventory}")
        return 0
    known = options.inventory or default_inventory(options.boards_file)
    entries = read_inventory(known, specs) if known is not None else []
    found = look()
    for line in listing(found, specs, entries, str(known.name) if known is not None else ""):
        print(line)
    for complaint in found.complaints:
        print(complaint, file=sys.stderr)
    return EXIT_TOOL if found.complaints else 0


def _write(path: Path, attached: Attached, specs: Mapping[str, BoardSpec]) -> None:
    if not attached.probes:
        complaints = "".join(f"\n{complaint}" for complaint in attached.complaints)
        raise ToolError(f"no debug probe is plugged in{complaints}", "plug the boards in first")
    text = propose_inventory(attached, {name: spec.probe.board_id for name, spec in specs.items()})
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        print(text, end="")
        what = "is there already, and was left as it is; what would be written stands above"
        raise InputError([Fault(str(path), what, "take over what you want by hand")]) from None
    except OSError as error:
        raise ToolError(
            f"cannot write {path}: {error.strerror or error}", "name another file: --inventory"
        ) from error


def listing(
    attached: Attached,
    specs: Mapping[str, BoardSpec],
    entries: Sequence[Attachment],
    inventory: str,
    user_of: Callable[[str], Owner | None] = holder,
) -> Iterator[str]:
    """The lines that are printed: probes, then what only the inventory has, then virtual ones."""
    by_probe = {entry.probe: entry for entry in entries}
    for probe in attached.probes:
        entry = by_probe.pop(probe.unique_id, None)
        user = user_of(probe.unique_id)
        yield _name(probe, specs, entry, user)
        yield f"    probe  {probe.unique_id}  {probe.product} {probe.firmware or ''}".rstrip()
        yield f"    port   {(entry and entry.port) or ', '.join(probe.ports) or 'none'}"
        yield from (f"    {line}" for line in probe.complaint.splitlines())
        yield from _in_use(user)
    if not attached.probes:
        yield "no debug probe is plugged in"
    for entry in entries:
        if entry.probe not in by_probe:
            continue
        is_here = entry.virtual or entry.probe is None or entry.probe.startswith(REMOTE)
        yield f"{entry.board}  by {inventory}{'' if is_here else ': NOT PLUGGED IN'}"
        yield f"    {entry}"
        yield from _in_use(user_of(entry.place))
    if attached.virtual:
        boards = ", ".join(sorted({probe.virtual_board or "" for probe in attached.virtual}))
        yield f"without a cable (--virtual): {boards}"


def _name(
    probe: AttachedProbe,
    specs: Mapping[str, BoardSpec],
    entry: Attachment | None,
    user: Owner | None,
) -> str:
    """Which board it is: what the probe says, else the inventory, else who uses it."""
    told = [f"{name}  {s.name}" for name, s in specs.items() if s.probe.board_id == probe.board_id]
    if told:
        return " or ".join(told)
    if probe.board_id:
        return f"board {probe.board_id}, which is not in boards.yaml"
    if entry is not None:
        return f"{entry.board}  by the inventory"
    # A probe in use is not asked: that would disturb its user, who knows the board anyway.
    return f"{user.board}  by its user" if user else "a board that its probe does not name"


def _in_use(user: Owner | None) -> Iterator[str]:
    if user is not None:
        yield f"    in use by {user}"
