# SPDX-License-Identifier: Apache-2.0
"""`python -m hil.bench`: see `command`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console

from generator.errors import Mel2metalError
from hil.bench.command import run

EXIT_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    try:
        return run(arguments, console)
    except Mel2metalError as error:
        print(f"python -m hil.bench: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
