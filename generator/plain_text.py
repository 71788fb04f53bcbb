# SPDX-License-Identifier: Apache-2.0
"""Text of others as one line that can be shown anywhere: names, labels, paths.

A control character, a mark that turns the direction of writing, a line end: none of them belongs
in a name. Where a name is read it is refused for them; what is only shown, such as a path, is shown
with their numbers in their place.
"""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"
"""Between letters of some scripts; they have no effect on what is beside them."""

_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NOT_UTF8 = range(0xDC80, 0xDD00)
"""Where Python puts the bytes of a file's name that are not UTF-8."""


def unprintable(text: str) -> str:
    """What the first character is that has no place in a name: "U+000A" or such; "" if none is."""
    for character in text:
        if _is_unprintable(character):
            code = ord(character)
            return "bytes that are not UTF-8" if code in _NOT_UTF8 else f"U+{code:04X}"
    return ""


def visible(text: str, keep: str = "") -> str:
    r"""The text with `\x1b`, `\u202e` and so on for what has no place in a line.

    `keep`: characters that stay as they are, such as the line feeds of a message.
    """
    if text.isprintable():
        return text
    return "".join(
        _escape(one) if _is_unprintable(one) and one not in keep else one for one in text
    )


def _is_unprintable(character: str) -> bool:
    return unicodedata.category(character) in _CATEGORIES and character not in JOINERS


def _escape(character: str) -> str:
    code = ord(character)
    if code in _NOT_UTF8:
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
