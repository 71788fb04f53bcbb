# SPDX-License-Identifier: Apache-2.0
"""Errors in the input or in the tools, and how they are reported to the user.

Every stage that reads an input collects all faults of that input and raises them together, so that
the user corrects the file once. The command line turns the exceptions below into text and exit
codes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from generator.plain_text import visible

T = TypeVar("T")

LINES = "\n\t"
"""What a message has besides plain text."""

EXIT_INPUT = 2
"""Exit code for a fault of an input: model, board file, labels, options."""

EXIT_TOOL = 3
"""Exit code for a missing or failing tool: compiler, data set, probe, board."""

EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input: where it stands, what is wrong, what to do about it."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{visible(self.where)}: {self.what}"
        text = f"{text}\n    remedy: {self.remedy}" if self.remedy else text
        return visible(text, keep=LINES)


MOST_LINES = 100
"""Faults that are shown, before the rest is counted: who has more mends one kind first."""

LONGEST_LINE = 4000
"""Characters of a fault: what a tool said may be long, a damaged file's values longer."""


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """Each fault as text: one text with all its places, at the first of them.

    Of neighbours that share a remedy the last one gives it. What nobody would read to its end is
    cut: a text, and the number of them.
    """
    places: dict[tuple[str, str], list[str]] = {}
    for fault in faults:
        places.setdefault((fault.what, fault.remedy), []).append(fault.where)
    merged = [
        Fault("; ".join(dict.fromkeys(where)), what, remedy)
        for (what, remedy), where in places.items()
    ]
    shown = merged[:MOST_LINES]
    following = [*(fault.remedy for fault in shown[1:]), None]
    lines = [
        _shortened(str(replace(fault, remedy="") if fault.remedy == remedy else fault))
        for fault, remedy in zip(shown, following, strict=True)
    ]
    more = len(merged) - len(shown)
    return [*lines, f"and {more} more like these"] if more else lines


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


class Mel2metalError(Exception):
    """Base of all errors that are reported to the user without a traceback."""

    exit_code = 1


class InputError(Mel2metalError):
    """One or more faults of one input, all reported together."""

    exit_code = EXIT_INPUT

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        if not self.faults:
            raise ValueError("an InputError needs at least one fault")
        super().__init__("\n".join(fault_lines(self.faults)))


class ToolError(Mel2metalError):
    """A tool, file tree or device that the task needs is missing or failed."""

    exit_code = EXIT_TOOL

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        text = f"{what}\n    remedy: {remedy}" if remedy else what
        super().__init__(visible(text, keep=LINES))


def in_words(error: OSError | UnicodeEncodeError) -> str:
    """What the system refused, or a name of a file that is no text."""
    if isinstance(error, UnicodeEncodeError):
        return f"{str(error.object).strip()}: holds bytes that are not UTF-8; rename the file"
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return "; ".join(f"{one[1]}: {one[-1]}" for one in error.args[0])  # of each file
    return str(error)


def collect(faults: list[Fault], read: Callable[[], T]) -> T | None:
    """What `read` returns; None, and its faults with the others, where it raises them."""
    try:
        return read()
    except InputError as error:
        faults += error.faults
        return None
