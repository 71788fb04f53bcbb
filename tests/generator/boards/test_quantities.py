# SPDX-License-Identifier: Apache-2.0
"""Quantities as people write them."""

from __future__ import annotations

import pytest

from generator.boards.quantities import read_bytes, read_cycles, read_milliseconds, read_share

BEYOND = (10**400, "1e999", "1e308 MiB")
"""Beyond all floats, one only with its suffix."""


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (0.9, 0.9),
        (1, 1.0),
        (0, 0.0),
        ("0.95", 0.95),
        ("95%", 0.95),
        ("92.5 %", 0.925),
        ("1%", 0.01),
    ],
)
def test_a_share_is_a_fraction_or_a_percentage(text: object, share: float) -> None:
    assert read_share(text) == pytest.approx(share)


def test_a_percentage_without_its_sign_is_refused_with_the_right_form() -> None:
    with pytest.raises(ValueError, match='95 percent are "95%"'):
        read_share(95)


@pytest.mark.parametrize(
    "text", ["101%", -0.1, "high", "0.9 kB", True, None, [], float("nan"), *BEYOND]
)
def test_what_is_no_share_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        read_share(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        *((65_536, 65_536), ("65536", 65_536), ("64KiB", 65_536), ("64 kB", 64_000)),
        *(("1.5 MiB", 1_572_864), ("2MB", 2_000_000), ("131_072 B", 131_072)),
    ],
)
def test_a_size_is_in_bytes_or_has_a_suffix(text: object, size: int) -> None:
    assert read_bytes(text) == size


@pytest.mark.parametrize(
    "text", [0, -1, 1.5, "64K", "64 kb", "1.0001 kB", "much", True, "inf", "", *BEYOND]
)
def test_what_is_no_size_is_refused_with_the_suffixes(text: object) -> None:
    with pytest.raises(ValueError, match="suffixes: B, kB, MB, KiB, MiB"):
        read_bytes(text)


def test_cycles_and_milliseconds_are_above_zero() -> None:
    assert read_cycles("21_900_000") == 21_900_000
    assert read_cycles("2.19e7") == 21_900_000
    assert read_milliseconds("2.5 ms") == read_milliseconds(2.5) == 2.5
    for text in (0, "0", "-1", "1 kHz", float("inf"), "1.2.3", 10**400):
        with pytest.raises(ValueError, match="cycles above 0"):
            read_cycles(text)
        with pytest.raises(ValueError, match="milliseconds above 0"):
            read_milliseconds(text)
