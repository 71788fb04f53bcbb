# SPDX-License-Identifier: Apache-2.0
"""The region of an MPU that guards the end of the stack, which is at the start of the RAM."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES, LEAST_BYTES = 32_768, 32
"""So far a frame may reach below the stack at once; least size of a region (PM0214, MPU_RASR)."""


@dataclass(frozen=True, slots=True)
class StackGuard:
    """One region, as MPU_RBAR and MPU_RASR take it."""

    origin: int
    size_bytes: int
    size_field: int
    """Size is 2 to the power of this plus one."""


def make_stack_guard(ram_origin: int) -> StackGuard:
    """The largest region that ends where the RAM begins, and is at a multiple of its size."""
    size_bytes = min(MOST_BYTES, ram_origin & -ram_origin)
    assert size_bytes >= LEAST_BYTES, "no RAM of these parts begins there"
    return StackGuard(ram_origin - size_bytes, size_bytes, size_bytes.bit_length() - 2)
