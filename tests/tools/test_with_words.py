# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tools.with_words import words_of


@pytest.mark.parametrize(
    ("specification", "text", "words"),
    [
        ("M2M_X", "a 'b c' \"d\" $(e) `f`", ["a", "b c", "d", "$(e)", "`f`"]),
        ("--wav:M2M_X", "a b", ["--wav", "a", "b"]),
        ("--board=M2M_X", "a b", ["--board=a", "--board=b"]),
        ("--wav:M2M_X", " ", []),
        ("--board=M2M_X", "", []),
    ],
)
def test_the_words_of_a_variable(specification: str, text: str, words: list[str]) -> None:
    assert list(words_of(specification, {"M2M_X": text})) == words


def test_quotes_that_do_not_end_name_the_variable() -> None:
    with pytest.raises(ValueError, match="X='a: No closing quotation"):
        list(words_of("M2M_X", {"M2M_X": "'a"}))
