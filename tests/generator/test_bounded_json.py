# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from generator import bounded_json
from generator.bounded_json import check_numbers, load_json


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "is nested too deep"),
        ('{"a":' * 50_000, "is nested too deep"),
        ("9" * 5000, "Exceeds the limit"),
        ("nul", "Expecting value"),
        (b"\xff", "can't decode|invalid start byte"),
    ],
)
def test_all_that_is_raised_is_a_value_error(text: str | bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_json(text)


def test_what_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_json, "LARGEST_BYTES", 10)
    assert load_json("[1, 2, 3]") == [1, 2, 3]
    with pytest.raises(ValueError, match="has more than"):
        load_json("[1, 2, 3, 4]")


@pytest.mark.parametrize("number", ["0", "-7", "1.5e-300", "18446744073709551615", "1e19", "true"])
def test_numbers_of_our_own_files_pass(number: str) -> None:
    check_numbers(f'{{"a": [{number}], "b": "NaN"}}')


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("NaN", "NaN is no number"),
        ("-Infinity", "-Infinity is no number"),
        ("1e999", "1e999 is no number"),
        ("-1e300", "-1e300 is no number"),
        ("18446744073709551617", "18446744073709551617 is no number"),
        ("9" * 4000, "9{24}… is no number"),
    ],
)
def test_numbers_that_none_of_our_files_has_are_told(number: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_numbers(f'{{"a": [{number}]}}')
