# SPDX-License-Identifier: Apache-2.0
"""The filters' coefficients, as integers: the same on every machine.

`generator.microphone.design` computes them; tests/generator/microphone/test_design.py does it again
and compares.
"""

from __future__ import annotations

TAPS = 48

COEFFICIENT_BITS = 20
"""Bits behind the binary point."""

HALVES: dict[int, tuple[int, ...]] = {
    4: (
        *(796, 4194, 4522, -1542, -6388, 895, 9372, 384),
        *(-13590, -2599, 18968, 6309, -25841, -12146, 34662, 21410),
        *(-46505, -36826, 63734, 65971, -92751, -139080, 152286, 524078),
    ),
    0: (
        *(1069, 3566, 3515, -1234, -4330, 1039, 6429, -405),
        *(-9366, -868, 13161, 3057, -18042, -6567, 24438, 12137),
        *(-33305, -21352, 47069, 38550, -73904, -81939, 166025, 461317),
    ),
}
"""Order of the source's sinc to the first half; the second half is its mirror image."""
