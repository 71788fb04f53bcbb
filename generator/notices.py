# SPDX-License-Identifier: Apache-2.0
"""Lines that must reach the user at once, whatever else is shown, captured or kept quiet.

They go to the error output. Each begins with its subject in brackets, by which a program that runs
another one finds them and passes them on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from generator.plain_text import visible

LOCK = "[lock]"
"""A wait for another process."""

KEPT = "[kept]"
"""Where files of the user were moved to."""


def notice(subject: str, text: str) -> str:
    """`[lock]     build/u585 is in use ...`: the line as all commands show it."""
    return f"{subject:10} {text}"


def notify(line: str) -> None:
    """Print a line on the error output, at once."""
    print(visible(line, keep="\n\t"), file=sys.stderr, flush=True)


def is_notice(line: str) -> bool:
    """Whether a line of another program's output is one of these."""
    return line.startswith((LOCK, KEPT))


def notices_apart(
    say: Callable[[str], None], tell: Callable[[str], None] = notify
) -> Callable[[str], None]:
    """A callback for lines of progress: notices go to `tell`, all others to `say`."""
    return lambda line: (tell if is_notice(line) else say)(line)
