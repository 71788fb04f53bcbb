# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal dataset`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.errors import ToolError
from generator.extras import HIL
from generator.repository import WORK_DIR
from sounds.place import DEFAULT_DIRECTORY

ARCHIVE_URL = "https://github.com/karolpiczak/ESC-50/archive/master.zip"

DESCRIPTION = """\
Downloads the public archive of ESC-50 (some 600 MB) and keeps its ESC-10 clips. An interrupted
download goes on where it stopped. The clips are licensed CC BY 3.0 (K. J. Piczak, 2015).
"""


def add_dataset(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "dataset",
        help="download ESC-50 and keep the ESC-10 clips",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--url", default=ARCHIVE_URL, help="archive of ESC-50, as a zip file (default: the public)"
    )
    parser.add_argument(
        "--to",
        type=Path,
        default=WORK_DIR / DEFAULT_DIRECTORY,
        metavar="DIR",
        help=f"where to (default: {DEFAULT_DIRECTORY})",
    )
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from sounds.fetch_esc50 import fetch

    try:
        count = fetch(options.url, options.to)
    except OSError as error:
        what = f"{error.filename or options.to}: {error.strerror or error}"
        raise ToolError(what, "make room or give access there, and run it again") from error
    console.print(f"{count} ESC-10 clips in {options.to}: all decode", markup=False, soft_wrap=True)
    return 0
