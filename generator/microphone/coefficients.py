# SPDX-License-Identifier: Apache-2.0
"""The filters' coefficients, as integers: the same on every machine.

`generator.microphone.design` computes them; tests/generator/microphone/test_design.py does it again
and compares.
"""

from __future__ import annotations

TAPS = 44

COEFFICIENT_BITS = 20
"""Bits behind the binary point."""

HALVES: dict[int, tuple[int, ...]] = {
    4: (
        *(-2006, -7195, -6912, 2704, 9353, -1591, -13265, -325),
        *(18874, 3591, -26033, -9136, 35307, 18165, -47613, -33491),
        *(65353, 62653, -94847, -135913, 154827, 521175),
    ),
    0: (
        *(-2134, -5942, -5521, 1937, 6332, -1528, -9110, 567),
        *(13020, 1352, -18115, -4650, 24791, 10079, -33969, -19226),
        *(48062, 36443, -75213, -79929, 167623, 459483),
    ),
}
"""Order of the source's sinc to the first half; the second half is its mirror image."""
