# SPDX-License-Identifier: Apache-2.0
"""What a terminal of 80 columns shows of the numbers that a wide one shows."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable

from rich.console import Console

NARROW, WIDE = 80, 2000
NUMBER = re.compile(r"[~!+-]?\d[\d,.x/]*[!%]?")

Print = Callable[[Console], object]


def printed(show: Print, width: int) -> str:
    """What `show` prints at a width, without colours."""
    stream = io.StringIO()
    show(Console(file=stream, width=width, color_system=None, highlight=False))
    return stream.getvalue()


def numbers_of(text: str) -> Counter[str]:
    """The numbers of a text that stand between blanks."""
    return Counter(word for word in text.split() if NUMBER.fullmatch(word))


def assert_numbers_stay_whole(show: Print) -> None:
    """Every number of the wide print is in the narrow one, and there nothing is cut or folded.

    A number may come more often: key columns are repeated. Only text that the terminal itself
    breaks, in one long line, may be wider than it.
    """
    wide, narrow = printed(show, WIDE), printed(show, NARROW)
    missing = numbers_of(wide) - numbers_of(narrow)
    assert not missing, f"{dict(missing)} in\n{narrow}"
    cut = [word for word in narrow.split() if re.search(r"\d…$", word) and word[0].isdigit()]
    assert not cut, narrow


def assert_fits(text: str, width: int = NARROW) -> None:
    """No line is wider than the terminal."""
    assert [line for line in text.splitlines() if len(line) > width] == []
