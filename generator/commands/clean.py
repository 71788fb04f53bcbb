# SPDX-License-Identifier: Apache-2.0
"""`mel2metal clean`: what was generated goes, what is the user's stays and is named.

The standard library alone, so that it works where nothing is installed:
`python3 -m generator.commands.clean`. 0: all that is mel2metal's is gone. 3: something of it could
not be removed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.cleaning.build_folder import clean_build_folder
from generator.cleaning.checkout import clean_caches, clean_environments
from generator.cleaning.removal import Cleaning
from generator.errors import EXIT_TOOL
from generator.project.at_risk import readable

DESCRIPTION = """\
Removes what mel2metal generated in a build folder: projects, images, caches. A generated file that
was changed, a file that mel2metal did not write, and folders that a build moved aside
(<board>.kept-<time>/) stay and are named. So do results of runs, unless --reports is given.
"""

EPILOG = """\
examples:
  mel2metal clean                     build/ in the current folder
  mel2metal clean --reports           with the results of make hil, bench and compare
  mel2metal clean --environments      with .venv and .tools, as make distclean does

exit codes: 0 all that is mel2metal's is gone; 3 something of it could not be removed
"""


def add_clean(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "clean",
        help="remove what was generated; what you changed or added stays",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_arguments(parser)
    parser.set_defaults(run=lambda options, console: run_clean(options))


def run_clean(options: argparse.Namespace) -> int:
    """Remove, say what stays and why, and return the exit code."""
    cleaning = Cleaning()
    clean_build_folder(options.build_dir, cleaning, reports=options.reports)
    if options.caches or options.environments:
        clean_caches(Path(), cleaning)
    if options.environments:
        clean_environments(Path(), cleaning)
    for path in cleaning.removed:
        print(f"removed  {readable(str(path))}")
    failures = [left for left in cleaning.left if left.is_failure]
    for left in cleaning.left:
        stream = sys.stderr if left.is_failure else sys.stdout
        print(f"stays    {readable(str(left.path))}: {left.why}", file=stream)
    if not cleaning.removed and not cleaning.left:
        print("nothing to remove")
    return EXIT_TOOL if failures else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m generator.commands.clean`: the command without the rest of mel2metal."""
    parser = argparse.ArgumentParser(
        prog="mel2metal clean",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_arguments(parser)
    return run_clean(parser.parse_args(arguments))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--build-dir",
        type=Path,
        default=Path("build"),
        metavar="DIR",
        help="the folder that firmware and reports went to (default: build)",
    )
    parser.add_argument(
        "--reports",
        action="store_true",
        help="remove results of runs as well: reports, profiles and the last bench",
    )
    parser.add_argument(
        "--caches",
        action="store_true",
        help="remove .pytest_cache, .mypy_cache and the like of this checkout as well",
    )
    parser.add_argument(
        "--environments",
        action="store_true",
        help="remove .venv and .tools of this checkout as well, where mel2metal made them",
    )


if __name__ == "__main__":
    sys.exit(main())
