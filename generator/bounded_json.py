# SPDX-License-Identifier: Apache-2.0
"""JSON of strangers: all that it may raise is a ValueError. Nothing else here reads JSON untyped.

Files with a model of pydantic are read by that, which bounds nesting itself.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

LARGEST_BYTES = 64 << 20
"""The largest file of our own, evidence.json, has some MB."""

LARGEST_NUMBER = 1 << 64
"""Of our own files: hashes are text, and seeds have 64 bits."""

SHOWN_DIGITS = 24
"""Of a number that is refused; one with more is beyond the largest."""


def load_json(text: str | bytes) -> Any:
    """The value of a text. Raises ValueError for what is none, or is nested too deep."""
    if len(text) > LARGEST_BYTES:
        raise ValueError(f"has more than {LARGEST_BYTES >> 20} MiB")
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("is nested too deep") from None


def check_numbers(text: str | bytes) -> None:
    """Raise ValueError for a number that none of our own files has: what reads them computes on.

    Of a text that pydantic has read: it takes NaN, 1e999, and integers of any length.
    """
    json.loads(text, parse_constant=_refuse, parse_float=_float, parse_int=_int)


def _refuse(number: str) -> NoReturn:
    shown = number if len(number) <= SHOWN_DIGITS else f"{number[:SHOWN_DIGITS]}…"
    raise ValueError(f"{shown} is no number of a file of mel2metal")


def _float(number: str) -> float:
    value = float(number)
    if abs(value) > LARGEST_NUMBER:
        _refuse(number)
    return value


def _int(number: str) -> int:
    if len(number) > SHOWN_DIGITS or abs(value := int(number)) > LARGEST_NUMBER:
        _refuse(number)
    return value
