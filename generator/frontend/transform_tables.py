# SPDX-License-Identifier: Apache-2.0
"""Tables of the transform: a complex one of CMSIS-DSP, and the split that makes it a real one."""

from __future__ import annotations

import math
from collections.abc import Iterable

from generator.frontend.rounding import q31

CMSIS_DSP_SOURCES: tuple[str, ...] = (
    "Source/TransformFunctions/arm_bitreversal.c",
    "Source/TransformFunctions/arm_bitreversal2.c",
    "Source/TransformFunctions/arm_cfft_q31.c",
    "Source/TransformFunctions/arm_cfft_radix4_q31.c",
)
"""CMSIS-DSP 1.10.3 translation units that the front-end links, relative to the source tree."""

CMSIS_DSP_HEADERS: tuple[str, ...] = (
    "Include/arm_common_tables.h",
    "Include/arm_math_memory.h",
    "Include/arm_math_types.h",
    "Include/dsp/basic_math_functions.h",
    "Include/dsp/complex_math_functions.h",
    "Include/dsp/fast_math_functions.h",
    "Include/dsp/none.h",
    "Include/dsp/transform_functions.h",
    "Include/dsp/utils.h",
    "PrivateInclude/arm_compiler_specific.h",
)
"""Headers that those sources and `frontend/transform.c` include, relative to the source tree."""

FFT_LENGTHS = tuple(1 << bits for bits in range(5, 14))
"""Real lengths: twice the complex lengths 16 ... 4096 of `arm_cfft_q31`."""

COMPLEX_BYTES = 8


def circle_q31(points: int, indices: Iterable[int]) -> tuple[int, ...]:
    """Return cos, sin of 2 pi k / points for each index k."""
    angles = [2.0 * math.pi * k / points for k in indices]
    return tuple(q31(value) for angle in angles for value in (math.cos(angle), math.sin(angle)))


def bit_reversal_pairs(points: int) -> tuple[int, ...]:
    """Return the byte offsets of complex numbers that `arm_bitreversal_32` swaps, in pairs."""
    bits = points.bit_length() - 1
    pairs = []
    for index in range(points):
        mirrored = int(f"{index:0{bits}b}"[::-1], 2)
        if index < mirrored:
            pairs += [index * COMPLEX_BYTES, mirrored * COMPLEX_BYTES]
    return tuple(pairs)
