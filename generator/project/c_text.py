# SPDX-License-Identifier: Apache-2.0
"""How Python values are written in C, build files and Markdown: the filters of the templates.

Text that is not mel2metal's own, such as a board's name, reaches a template's output only by the
filter of the language there; `refuse_raw` finds what goes around them.
"""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from collections.abc import Iterable

from generator.plain_text import visible

LINE_COLUMNS = 100


class Printed(str):
    """Text as a filter has written it for its language."""

    __slots__ = ()


def c_array(values: Iterable[int], indent: int = 4) -> Printed:
    """Integers as the inside of an initialiser, wrapped to the line length, each line indented."""
    return _wrap((str(int(value)) for value in values), indent)


def c_array_u64(values: Iterable[int], indent: int = 4) -> Printed:
    """The same of numbers up to 2^64 - 1, which C takes for signed without a suffix."""
    return _wrap((f"{int(value)}u" for value in values), indent)


def c_bytes(values: Iterable[int], indent: int = 4) -> Printed:
    """Bytes as the inside of an initialiser, in hexadecimal."""
    return _wrap((f"0x{value:02x}" for value in values), indent)


def c_string(text: str) -> Printed:
    """Text as a C string literal with its quotes, in UTF-8; what is not printable is escaped."""
    out = ""
    for byte in text.encode("utf-8", "surrogateescape"):
        char = chr(byte)
        if char in '"\\':
            out += "\\" + char
        elif 0x20 <= byte < 0x7F and char != "?":
            out += char
        else:
            out += f"\\{byte:03o}"
    return Printed(f'"{out}"')


def c_comment(text: str) -> Printed:
    """Text within a comment of C or of a linker script: it neither ends nor begins one."""
    plain = visible(text).replace("??", "? ?")
    plain = plain.replace("*/", "* /").replace("/*", "/ *")
    return Printed(_no_continuation(plain))


def hash_comment(text: str) -> Printed:
    """Text within a comment of make, CMake or a shell, which the end of its line ends."""
    return Printed(_no_continuation(visible(text)))


def markdown(text: str) -> Printed:
    """Text as it stands, in a line or a table's cell of Markdown."""
    return Printed(re.sub(r"([\\`*\[\]<>|&$~])", r"\\\1", visible(text)))


def markdown_code(text: str) -> Printed:
    """Text as a span of code, in a line or a table's cell of Markdown."""
    plain = visible(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    if not longest:
        return Printed(f"`{plain}`")
    fence = "`" * (longest + 1)
    return Printed(f"{fence} {plain} {fence}")


def shell_word(text: str) -> Printed:
    """Text as one word of a command for a POSIX shell."""
    return Printed(shlex.quote(visible(text)))


def as_json(value: object) -> Printed:
    """A value as JSON, in ASCII."""
    return Printed(json.dumps(value, indent=4))


def refuse_raw(value: object) -> object:
    """What a template prints; ValueError for text that needs a filter and went through none."""
    if not isinstance(value, str) or isinstance(value, Printed):
        return value
    plain = value.replace("\n", "")
    ends_comment = value.find("*/") > 0 and "/*" not in value  # it begins patterns of files
    if ends_comment or not (plain.isascii() and plain.isprintable()):
        raise ValueError(f"{value!r} is printed without a filter")
    return value


def hex32(value: int) -> str:
    """A register value or address: 0x08000000."""
    return f"0x{value:08x}"


def _no_continuation(text: str) -> str:
    """Nothing that takes the next line in as well."""
    return f"{text} " if text.endswith("\\") else text


def _wrap(words: Iterable[str], indent: int) -> Printed:
    prefix = " " * indent
    text = ", ".join(words) + ","
    filled = textwrap.fill(
        text,
        LINE_COLUMNS,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return Printed(filled)


FILTERS = {
    "c_array": c_array,
    "c_array_u64": c_array_u64,
    "c_bytes": c_bytes,
    "c_comment": c_comment,
    "c_string": c_string,
    "hash_comment": hash_comment,
    "hex32": hex32,
    "json": as_json,
    "markdown": markdown,
    "markdown_code": markdown_code,
    "shell_word": shell_word,
}
