# SPDX-License-Identifier: Apache-2.0
"""What a model calls its layers becomes C that compiles and that a reader recognises."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.engines.builtin.names import LONGEST_NAME, identifier, plain_text
from generator.model.graph import Operator


def operator(name: str, index: int = 7) -> Operator:
    return Operator(index, "CONV_2D", (0,), (1,), (0,), None, name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("layer2/pointwise_conv", "7_layer2_pointwise_conv"),
        ("a_very_long_name_of_a_model/block_3/Conv-1", "7_conv_1"),
        ("Größe*/ x", "7_gr_e_x"),
        ("", "7_conv_2d"),
        ("***", "7_conv_2d"),
        ("int", "7_int"),
        ("__x__", "7_x"),
    ],
)
def test_a_layers_name_in_c(name: str, expected: str) -> None:
    assert identifier(operator(name)) == expected


@given(st.text(), st.integers(0, 999))
def test_any_name_is_safe_short_and_begins_with_its_index(name: str, index: int) -> None:
    made = identifier(operator(name, index))
    assert re.fullmatch(rf"{index}_[a-z0-9]+(_[a-z0-9]+)*", made)
    assert len(made) <= len(str(index)) + 1 + LONGEST_NAME


@given(st.text())
def test_no_name_can_end_a_comment(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_\-/.:]*", plain_text(name))
