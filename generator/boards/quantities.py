# SPDX-License-Identifier: Apache-2.0
"""Quantities as people write them in files and on command lines: `95%`, `64 KiB`, `21_900_000`.

Each reader takes a number or a text and raises ValueError, which says what is expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

BYTES_OF = {
    "B": 1,
    **{"kB": 1000, "MB": 1000**2},
    **{"KiB": 1024, "MiB": 1024**2},
}
"""Suffixes of sizes."""

_NUMBER_AND_UNIT = re.compile(r"\s*([0-9][0-9_.eE+-]*)\s*(%|[A-Za-z]*)\s*")


def read_share(value: object) -> float:
    """A share of one, 0 to 1: 0.95, or "95%"."""
    expected = 'a share from 0 to 1, or a percentage as in "95%", is expected'
    number, unit = _split(value, expected)
    if unit not in ("", "%"):
        raise ValueError(expected)
    share = number / 100 if unit else number
    if not 0 <= share <= 1:
        hint = f'; {number:g} percent are "{number:g}%"' if not unit and 1 < number <= 100 else ""
        raise ValueError(f"{expected}{hint}")
    return share


def read_bytes(value: object) -> int:
    """A whole number of bytes above 0: 65536, "64 KiB", "64 kB"."""
    suffixes = ", ".join(BYTES_OF)
    expected = f"a whole number of bytes above 0 is expected; suffixes: {suffixes}"
    number, unit = _split(value, expected)
    size = number * BYTES_OF.get(unit or "B", 0)
    if not (math.isfinite(size) and size >= 1 and size == int(size)):
        raise ValueError(expected)
    return int(size)


def read_cycles(value: object) -> float:
    """A number of cycles above 0."""
    return _read_above_zero(value, "a number of cycles above 0 is expected", "")


def read_milliseconds(value: object) -> float:
    """A time in milliseconds above 0: 2.5, or "2.5 ms"."""
    expected = 'a time in milliseconds above 0, as in 2.5 or "2.5 ms", is expected'
    return _read_above_zero(value, expected, "ms")


def _read_above_zero(value: object, expected: str, suffix: str) -> float:
    number, unit = _split(value, expected)
    if unit not in ("", suffix) or not number > 0:
        raise ValueError(expected)
    return number


def _split(value: object, expected: str) -> tuple[float, str]:
    """Number and unit; ValueError where it is neither a number nor a number with a unit."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match = _NUMBER_AND_UNIT.fullmatch(value) if isinstance(value, str) else None
    if match is None and not is_number:
        raise ValueError(expected)
    try:
        number = float(match[1] if match else value)  # type: ignore[arg-type]
    except (ValueError, OverflowError):  # an integer beyond all floats
        raise ValueError(expected) from None
    if not math.isfinite(number):
        raise ValueError(expected)
    return number, match[2] if match else ""


def _before(read: Callable[[object], Any]) -> BeforeValidator:
    def validate(value: object) -> Any:
        try:
            return read(value)
        except ValueError as error:
            raise PydanticCustomError("quantity", "{what}", {"what": str(error)}) from None

    return BeforeValidator(validate)


Share = Annotated[float, _before(read_share)]
ByteCount = Annotated[int, _before(read_bytes)]
CycleCount = Annotated[float, _before(read_cycles)]
Milliseconds = Annotated[float, _before(read_milliseconds)]
