# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from generator import bounded_json
from generator.bounded_json import load_json


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
