# SPDX-License-Identifier: Apache-2.0
"""What compiler and linker said of the user's own C, as faults of these files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from generator.errors import Fault, InputError, Mel2metalError
from generator.project.applications import APP_PART, Application
from generator.toolchain.build import BuildError

PAGE = "docs/your-own-application.md"
MAIN = "int main(void) in one of its files; `mel2metal new-app` writes one that works"
SHOWN = 8

_COMPILER = re.compile(
    rf"^{APP_PART}/([^:]+):(\d+)(?::\d+)?: (?:fatal )?error: (.*)$", re.IGNORECASE
)
_STEPS = ("  CC ", "  AS ", "  LINK ")
_PLACE = re.compile(rf"(?<![\w/]){APP_PART}/(?=[\w.-]+\.[chS])")
_UNDEFINED = re.compile(r"undefined reference to [`']([^`']+)'")
_TWICE = re.compile(r"multiple definition of [`']([^`']+)'")
_OBJECT = re.compile(rf"\b{APP_PART}/([\w.-]+?\.[chS])\b")
_NO_ROOM = re.compile(r"region [`'](\w+)' overflowed by (\d+) bytes")


class Remarks:
    """Passes on each line of a build, but what the compiler says of the user's C: that it keeps.

    `lines`: what it kept, with the places in the user's own folder.
    """

    def __init__(self, application: Application, on_line: Callable[[str], None]) -> None:
        self._folder, self._on_line = application.folder, on_line
        self._kept: list[str] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """What was said, in order."""
        return tuple(self._kept)

    def __call__(self, line: str) -> None:
        """Take a line."""
        if self._folder is None or line.startswith(_STEPS):
            self._on_line(line)
        else:
            self._kept.append(_PLACE.sub(lambda match: f"{self._folder}/", line))


def fault_of_user(error: BuildError, application: Application) -> Mel2metalError:
    """The error to raise: what the user's files did wrong, or `error` where they did nothing.

    The compiler's names of places become those of the user's folder.
    """
    if application.folder is None:
        return error
    faults = list(dict.fromkeys(_faults(error.said, application.folder)))
    if len(faults) > SHOWN:
        more = f"and {len(faults) - SHOWN} more; --verbose shows them"
        faults = [*faults[:SHOWN], Fault(str(application.folder), more)]
    return InputError(faults) if faults else error


def _faults(said: tuple[str, ...], folder: Path) -> Iterator[Fault]:
    for number, line in enumerate(said):
        if match := _COMPILER.match(line):
            yield Fault(f"{folder / match[1]}:{match[2]}", match[3])
        elif (match := _UNDEFINED.search(line)) and match[1] == "main":
            yield Fault(str(folder), "no file of it defines main", MAIN)
        elif (match := _UNDEFINED.search(line)) and (place := _place(said[: number + 1], folder)):
            what = f"calls {match[1]}, which nothing in the image defines"
            yield Fault(place, what, f"there is no C library behind the image: {PAGE} says what is")
        elif (match := _TWICE.search(line)) and (place := _place((line,), folder)):
            what = f"defines {match[1]}, which the project has already"
            yield Fault(place, what, "give it another name, or make it static")
        elif match := _NO_ROOM.search(line):
            what = f"the image is {int(match[2]):,} bytes too large for {match[1]}"
            yield Fault(str(folder), what, "make your tables or variables smaller")


def _place(said: tuple[str, ...], folder: Path) -> str | None:
    """The user's file that the linker speaks of: in its last line, or in one shortly before."""
    for line in reversed(said[-4:]):
        if match := _OBJECT.search(line):
            return str(folder / match[1])
    return None
