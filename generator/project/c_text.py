# SPDX-License-Identifier: Apache-2.0
"""How Python values are written in C: the filters of the templates."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

LINE_COLUMNS = 100


def c_array(values: Iterable[int], indent: int = 4) -> str:
    """Integers as the inside of an initialiser, wrapped to the line length, each line indented."""
    return _wrap((str(int(value)) for value in values), indent)


def c_array_u64(values: Iterable[int], indent: int = 4) -> str:
    """The same of numbers up to 2^64 - 1, which C takes for signed without a suffix."""
    return _wrap((f"{int(value)}u" for value in values), indent)


def c_bytes(values: Iterable[int], indent: int = 4) -> str:
    """Bytes as the inside of an initialiser, in hexadecimal."""
    return _wrap((f"0x{value:02x}" for value in values), indent)


def c_string(text: str) -> str:
    """Text as a C string literal with its quotes, in UTF-8; what is not printable is escaped."""
    out = ""
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\':
            out += "\\" + char
        elif 0x20 <= byte < 0x7F and char != "?":
            out += char
        else:
            out += f"\\{byte:03o}"
    return f'"{out}"'


def hex32(value: int) -> str:
    """A register value or address: 0x08000000."""
    return f"0x{value:08x}"


def _wrap(words: Iterable[str], indent: int) -> str:
    prefix = " " * indent
    text = ", ".join(words) + ","
    return textwrap.fill(
        text,
        LINE_COLUMNS,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    )


FILTERS = {
    "c_array": c_array,
    "c_array_u64": c_array_u64,
    "c_bytes": c_bytes,
    "c_string": c_string,
    "hex32": hex32,
}
