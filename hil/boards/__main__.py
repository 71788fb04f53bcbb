# SPDX-License-Identifier: Apache-2.0
"""`python -m hil.boards`: what is plugged in, which board each probe sits on, who uses it.

0: listed, or written. 2: a faulty file, or one that is in the way. 3: a probe cannot be used, or
pyOCD is missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.errors import EXIT_TOOL, Fault, InputError, Mel2metalError, ToolError
from generator.repository import DEFAULT_BOARDS_FILE
from hil.boards.acquire import look
from hil.boards.attachment import Attachment
from hil.boards.inventory import (
    DEFAULT_NAME,
    default_inventory,
    propose_inventory,
    read_inventory,
)
from hil.boards.locks import Owner, holder
from hil.probe.attached import REMOTE, Attached, AttachedProbe

DESCRIPTION = """\
Lists the debug probes that are plugged in: on which board of boards.yaml each one sits (an ST-LINK
on a board of ST's knows), its serial port, and which job is using it now.

With one board of a kind plugged in nothing needs to be written down: `pytest hil/ --board u585`
finds it. An inventory is for more: several boards of a kind, probes that do not say their board,
boards on other machines, a way to switch the power.
"""

EPILOG = """\
examples:
  make boards                       what is there
  make boards WRITE=1               write it to boards.local.yaml, to be completed by hand
  pytest hil/ --board u585 --probe 004200253156501320323443

an inventory is a list, one entry a board:
  - board: u585                     # a name of boards.yaml
    probe: "004200253156501320323443"     # the whole id, as listed here
    port: /dev/ttyACM0              # where it is not the probe's own
    power_cycle: uhubctl -l 1-1 -p 2 -a cycle
  - board: h743                     # on another machine: `pyocd server`, and a serial server
    probe: remote:rack:5555
    port: rfc2217://rack:4000
  - board: u585                     # a virtual board that all processes agree on
    probe: virtual:u585-2
"""


EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, attached: Callable[[], Attached] = look) -> int:
    """Run, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, attached)
    except Mel2metalError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hil.boards",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"write what is there as an inventory, to FILE or {DEFAULT_NAME}; never over another",
    )
    parser.add_argument("--inventory", type=Path, metavar="FILE", help="another inventory")
    parser.add_argument(
        "--boards-file",
        type=Path,
        metavar="FILE",
        default=DEFAULT_BOARDS_FILE,
        help="another boards.yaml",
    )
    return parser


def _run(options: argparse.Namespace, attached: Callable[[], Attached]) -> int:
    specs = load_boards(options.boards_file)
    inventory: Path = options.inventory or options.boards_file.resolve().parent / DEFAULT_NAME
    if options.write:
        _write(inventory, attached(), specs)
        print(f"written: {inventory}")
        return 0
    known = options.inventory or default_inventory(options.boards_file.resolve())
    entries = read_inventory(known, specs) if known is not None else []
    found = attached()
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


if __name__ == "__main__":
    sys.exit(main())
