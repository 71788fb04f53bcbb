# SPDX-License-Identifier: Apache-2.0
"""`python -m tools.with_words NAME... -- COMMAND...`: runs a command with more words at its end.

The words come from variables of the environment, divided and quoted as in a shell; nothing in them
is evaluated. So make passes lists on, such as PYTEST_ARGS. `--wav:NAME` puts the option before the
words where there are any, `--board=NAME` joins it to each of them.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence

EXIT_INPUT = 2
PREFIX = "M2M_"
"""Of the variables as the Makefile exports them."""


def words_of(specification: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The words that `NAME`, `--option:NAME` or `--option=NAME` stand for.

    Raises ValueError, with the variable's name, for quotes that do not end.
    """
    name = specification.replace("=", ":").rpartition(":")[2]
    option = specification[: -len(name) - 1]
    joined = f"{option}=" if "=" in specification else ""
    try:
        words = shlex.split(environment.get(name, ""))
    except ValueError as error:
        text = environment[name]
        raise ValueError(f"{name.removeprefix(PREFIX)}={text}: {error}") from None
    if words and option and not joined:
        yield option
    yield from (f"{joined}{word}" for word in words)


def main(arguments: Sequence[str]) -> int:
    """Become the command; returns only where that cannot be."""
    end = arguments.index("--")
    try:
        words = [one for name in arguments[:end] for one in words_of(name, os.environ)]
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    command = [*arguments[end + 1 :], *words]
    os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
