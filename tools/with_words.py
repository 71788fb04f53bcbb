# SPDX-License-Identifier: Apache-2.0
"""`python -m tools.with_words [OPTION WORDS]... -- COMMAND...`: a command, and words at its end.

Each WORDS is text that is divided and quoted as in a shell; nothing in it is evaluated. So make
passes lists on, such as PYTEST_ARGS. OPTION stands before the words where there are any; joined to
each of them where it ends with an equals sign; not at all where it is empty.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence

EXIT_INPUT = 2


def words_of(option: str, text: str) -> Iterator[str]:
    """The words of one list, with its option. Raises ValueError for quotes that do not end."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from None
    if option.endswith("="):
        yield from (f"{option}{word}" for word in words)
        return
    if option and words:
        yield option
    yield from words


def command_of(arguments: Sequence[str]) -> list[str]:
    """The whole command. Raises ValueError as `words_of` does."""
    end = next(at for at in range(0, len(arguments), 2) if arguments[at] == "--")
    lists = zip(arguments[:end:2], arguments[1:end:2], strict=True)
    more = [word for option, text in lists for word in words_of(option, text)]
    return [*arguments[end + 1 :], *more]


def main(arguments: Sequence[str]) -> int:
    """Become the command; returns only where that cannot be."""
    try:
        command = command_of(arguments)
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
