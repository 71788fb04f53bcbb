# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.plain_text import unprintable, visible


@pytest.mark.parametrize(
    ("text", "first", "shown"),
    [
        ("Säge, 犬, 'a'", "", "Säge, 犬, 'a'"),
        ("می‌شود", "", "می‌شود"),
        ("two\nlines", "U+000A", r"two\nlines"),
        ("\x1b[31mred\x07\0", "U+001B", r"\x1b[31mred\x07\x00"),
        ("a\u202ecod.c", "U+202E", r"a\u202ecod.c"),
        ("\ufeffdog", "U+FEFF", r"\ufeffdog"),
        ("\udcff.tflite", "bytes that are not UTF-8", r"\xff.tflite"),
        ("\u2028", "U+2028", r"\u2028"),
    ],
)
def test_what_has_no_place_in_a_line(text: str, first: str, shown: str) -> None:
    assert unprintable(text) == first
    assert visible(text) == shown


def test_a_message_keeps_its_lines() -> None:
    assert visible("one\n\ttwo\x1b", keep="\n\t") == "one\n\ttwo\\x1b"


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_shown_is_one_line_in_utf8(text: str) -> None:
    assert unprintable(visible(text)) == ""
    assert len(visible(text).encode("utf-8").splitlines()) <= 1
