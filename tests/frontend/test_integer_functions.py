# SPDX-License-Identifier: Apache-2.0
"""The integer square root and logarithm against exact arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.frontend.mel_tables import MelTables
from tests.frontend import integer_twin
from tests.frontend.host_library import HostLibrary

EDGES = sorted(
    {0, 1, 2, 3, *(2**bit + step for bit in range(2, 62) for step in (-1, 0, 1)), 2**62 - 1}
)
any_of_62_bits = st.integers(0, 61).flatmap(lambda bits: st.integers(0, 2 ** (bits + 1) - 1))
any_of_64_bits = st.integers(0, 63).flatmap(lambda bits: st.integers(1, 2 ** (bits + 1) - 1))


def check_square_root(host: HostLibrary, value: int) -> None:
    got, exact = host.sqrt_q1(value), 2 * math.sqrt(value)
    assert got <= exact * (1 + 2**-29), "only the table is rounded up, by half a step of Q30"
    assert exact - got <= 1 + exact * 2**-16.9


@pytest.mark.parametrize("value", EDGES)
def test_square_root_at_powers_of_two(value: int, host: HostLibrary) -> None:
    check_square_root(host, value)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(value=any_of_62_bits)
def test_square_root_of_anything(value: int, host: HostLibrary, tables: MelTables) -> None:
    check_square_root(host, value)
    assert host.sqrt_q1(value) == integer_twin.square_root(np.array([value]), tables)[0]


@settings(max_examples=500, deadline=None, derandomize=True)
@given(value=any_of_64_bits)
def test_log2_of_anything(value: int, host: HostLibrary, tables: MelTables) -> None:
    got, exact = host.log2_q24(value), math.log2(value) * 2**24
    assert exact - 1.2e-5 * 2**24 - 2 <= got <= exact + 1
    assert got == integer_twin.log2_q24(np.array([value], dtype=np.uint64), tables)[0]


@pytest.mark.parametrize("bit", range(64))
def test_log2_of_a_power_of_two_is_exact(bit: int, host: HostLibrary) -> None:
    assert host.log2_q24(2**bit) == bit << 24


def test_log2_never_falls(host: HostLibrary) -> None:
    values = [2**40 + step * 2**27 for step in range(2**13 + 2)]
    logs = [host.log2_q24(value) for value in values]
    assert logs == sorted(logs)
