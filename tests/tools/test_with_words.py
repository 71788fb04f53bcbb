# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tools.with_words import command_of


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("", "a 'b c' \"d\" $(e) `f`", ["a", "b c", "d", "$(e)", "`f`"]),
        ("--wav", "a -- b", ["--wav", "a", "--", "b"]),
        ("--board=", "a b", ["--board=a", "--board=b"]),
        ("--wav", " ", []),
        ("--board=", "", []),
    ],
)
def test_words_come_behind_the_command(option: str, text: str, words: list[str]) -> None:
    assert command_of([option, text, "--", "echo", "x"]) == ["echo", "x", *words]
    assert command_of([option, text, "", "--", "--", "x"]) == ["x", *words, "--"]


def test_quotes_that_do_not_end_are_told() -> None:
    with pytest.raises(ValueError, match="'a: No closing quotation"):
        command_of(["", "'a", "--", "echo"])
