# SPDX-License-Identifier: Apache-2.0
"""Tables of the transform: a complex one, and the split that makes it a real one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from generator.errors import Fault
from generator.frontend.record import FrontendRecord
from generator.frontend.rounding import q31

CMSIS_DSP_SOURCES: tuple[str, ...] = (
    "Source/TransformFunctions/arm_bitreversal.c",
    "Source/TransformFunctions/arm_bitreversal2.c",
    "Source/TransformFunctions/arm_cfft_q31.c",
    "Source/TransformFunctions/arm_cfft_radix4_q31.c",
)
"""CMSIS-DSP 1.10.3 translation units of the transform whose bits the front-end has.

Relative to the source tree. They are its reference: nothing of them is linked.
"""

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
"""Headers that those sources include, relative to the source tree."""

FFT_LENGTHS = tuple(1 << bits for bits in range(5, 14))
"""Real lengths: twice the complex lengths 16 ... 4096 that CMSIS-DSP has."""

COMPLEX_BYTES = 8


def circle_q31(points: int, indices: Iterable[int]) -> tuple[int, ...]:
    """Return cos, sin of 2 pi k / points for each index k."""
    angles = [2.0 * math.pi * k / points for k in indices]
    return tuple(q31(value) for angle in angles for value in (math.cos(angle), math.sin(angle)))


def reversed_bits(index: int, bits: int) -> int:
    """Return the number whose lowest `bits` bits are those of `index` in reversed order."""
    return int(f"{index:0{bits}b}"[::-1], 2) if bits else 0


def radix4_points(points: int) -> int:
    """Return how many points the stages of four work on: a power of four, or half of `points`."""
    return points if points.bit_length() % 2 else points // 2


def butterfly_twiddles_q31(points: int) -> tuple[int, ...]:
    """Return cos, sin of 1, 2 and 3 times 2 pi i / R for each i < R / 4, i in reversed order.

    R is `radix4_points`. A stage with a fourth of the span takes the first fourth of the table.
    """
    span = radix4_points(points)
    bits = span.bit_length() - 3
    steps = (reversed_bits(place, bits) for place in range(span // 4))
    return circle_q31(span, (times * step for step in steps for times in (1, 2, 3)))


def halving_twiddles_q31(points: int) -> tuple[int, ...]:
    """Return cos, sin of 2 pi i / points, i < points / 2 in reversed order; none if not halved."""
    if radix4_points(points) == points:
        return ()
    bits = points.bit_length() - 2
    return circle_q31(points, (reversed_bits(place, bits) for place in range(points // 2)))


def sample_bits(record: FrontendRecord) -> int:
    """Return the binary point of the windowed samples at block shift 0.

    Pre-emphasis doubles a sample at most: it takes one of the 30 bits.
    """
    return 29 if record.pre_emphasis else 30


def bin_bits(record: FrontendRecord) -> int:
    """Return the binary point of a bin's real and imaginary part at block shift 0.

    The transform is divided by half of its length.
    """
    return sample_bits(record) - (record.fft_samples // 2).bit_length() + 1


def magnitude_bits(record: FrontendRecord) -> int:
    """Return the binary point of magnitudes at block shift 0: twice the magnitude is kept."""
    return bin_bits(record) + 1


def power_bits(record: FrontendRecord) -> int:
    """Return the binary point of powers at block shift 0; a block shift of b adds 2 b."""
    return 2 * bin_bits(record)


NOISE_STEPS: Mapping[int, float] = MappingProxyType(
    {32: 4.4, 64: 8.6, 128: 2.8, 256: 5.8, 512: 2.3, 1024: 4.8, 2048: 2.2, 4096: 4.5, 8192: 2.2}
)
"""RMS error of a bin by length, in steps of its binary point: tests/frontend/test_spectrum.py.

Where half of the length is no power of four, the result is doubled, and the error with it.
"""

LARGEST_NOISE = 7.0
"""The largest error of any bin, in its RMS."""


def transform_noise(record: FrontendRecord) -> float:
    """Return the RMS error of a bin's magnitude |X| in frames of full scale: below it is noise.

    In the unit of the formula with samples of full scale 1, without any weight of bands. No error
    is larger than LARGEST_NOISE times this. Quiet frames have less: a block shift of b, the number
    of bits by which the windowed frame's peak is below full scale, divides it by 2^b.
    """
    return float(NOISE_STEPS[record.fft_samples] * 2.0 ** -bin_bits(record))


def transform_faults(record: FrontendRecord) -> list[Fault]:
    """What of the transform's length is not computed."""
    length = record.fft_samples
    if length in FFT_LENGTHS:
        return []
    if not FFT_LENGTHS[0] < length < FFT_LENGTHS[-1]:
        remedy = f"give a power of two from {FFT_LENGTHS[0]} to {FFT_LENGTHS[-1]}"
        return [Fault("fft_samples", f"{length} is out of range", remedy)]
    longer = 1 << length.bit_length()
    what = f"{length} is no power of two"
    remedy = (
        f"give {longer}, which fills the window up with zeros: other features than those of "
        f"{length}, so train with it"
    )
    return [Fault("fft_samples", what, remedy)]
