# SPDX-License-Identifier: Apache-2.0
"""Masks on the wire: bit n % 8 of byte n / 8 stands for number n."""

from __future__ import annotations

from collections.abc import Iterable


def mask_of(numbers: Iterable[int], size_bytes: int) -> bytes:
    """The mask of these numbers; raises OverflowError for one beyond it."""
    return sum(1 << number for number in set(numbers)).to_bytes(size_bytes, "little")


def numbers_in(mask: bytes) -> tuple[int, ...]:
    """The numbers whose bits are set, ascending."""
    bits = int.from_bytes(mask, "little")
    return tuple(number for number in range(8 * len(mask)) if bits >> number & 1)
