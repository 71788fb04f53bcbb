# SPDX-License-Identifier: Apache-2.0
"""Every constant of the fixed-point mel front-end, from the model's input scale and zero point.

The front-end turns 16 kHz mono int16 samples into int8 frames of 64 bands. The formula that it
approximates: frames of 512 samples every 160, periodic Hann window of 400 centred in the 512,
magnitude of the FFT, 64 triangular filters (HTK mel scale, peak 1, linear in hertz) from 125 to
7500 Hz, ln(mel + 1e-4), rounded to the model's own int8 scale. `docs/frontend.md` is the integer
specification; the names of the fields below are the names used there.

Everything here is computed in Python and only printed by the templates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from generator.errors import Fault, InputError
from generator.frontend.parameters import (
    BANDS,
    FRAME_SAMPLES,
    GATE_HANGOVER_HOPS,
    GATE_THRESHOLD_RMS,
    HIGH_EDGE_HZ,
    HOP_SAMPLES,
    LOG_OFFSET,
    LOW_EDGE_HZ,
    SAMPLE_RATE_HZ,
    WINDOW_SAMPLES,
)

WINDOW_START = (FRAME_SAMPLES - WINDOW_SAMPLES) // 2

CFFT_POINTS = FRAME_SAMPLES // 2
BIN_WEIGHT_BITS = 24
LOG2_BITS = 24
LOG2_TABLE_BITS = 7
SQRT_TABLE_BITS = 8
OUTPUT_MULTIPLIER_BITS = 24

MEL_EXPONENT = 15 + 15 - 8 + 1 + BIN_WEIGHT_BITS
"""Binary point of the mel accumulator at block shift 0: 15 bits of the sample, 15 of the window
product, minus 8 of the transform (X/256), 1 of the magnitude, 24 of the bin weights."""

MIN_SCALE = 0.006
MAX_SCALE = 16.0
"""Input scales for which the output multiplier ln(2)/scale keeps >= 19 bits and fits in int32."""

_INT8_MIN, _INT8_MAX = -128, 127
_Q31_ONE = 1 << 31
_INT32_MAX = _Q31_ONE - 1

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


@dataclass(frozen=True, slots=True)
class MelTables:
    """Constants and tables of the front-end; all integers, ready to print.

    A trailing `_q31` or `_q24` names the binary point. `docs/frontend.md` says where each is used.
    """

    scale: float
    zero_point: int
    sample_rate_hz: int
    frame_samples: int
    hop_samples: int
    window_samples: int
    window_start: int
    bands: int
    cfft_points: int
    log2_bits: int
    log2_table_bits: int
    sqrt_table_bits: int
    bin_weight_bits: int
    mel_exponent: int
    window_q31: tuple[int, ...]
    """Hann(1) … Hann(200) of the periodic window of 400; the rest follows by symmetry."""
    cfft_twiddles_q31: tuple[int, ...]
    """cos, sin of 2 pi k / 256, k = 0 … 191, as `arm_cfft_q31` wants them."""
    bit_reversal: tuple[int, ...]
    """Byte-offset pairs that `arm_bitreversal_32` swaps."""
    split_twiddles_q31: tuple[int, ...]
    """cos, sin of 2 pi k / 512, k = first_bin … 128: the real split."""
    first_bin: int
    end_bin: int
    """Bins first_bin <= k < end_bin carry a weight."""
    segment_end_bins: tuple[int, ...]
    """65 numbers: where the bins of segment j, between mel edges j and j + 1, end."""
    bin_weights_q24: tuple[int, ...]
    """Rising weight of each bin in its segment; 2^24 minus it is the falling weight."""
    sqrt_q30: tuple[int, ...]
    """sqrt of 1 … 4 in 192 steps of 1/64."""
    log2_q24: tuple[int, ...]
    """log2 of 1 … 2 in 128 steps."""
    log_offset: int
    """1e-4 in the mel accumulator's unit at block shift 0."""
    output_multiplier_q24: int
    """ln(2) / scale."""
    output_offset_q48: int
    """(zero_point + 1/2) in Q48."""
    gate_threshold_rms: int
    gate_hangover_hops: int


def make_mel_tables(scale: float, zero_point: int) -> MelTables:
    """Return the front-end's constants for a model whose input is int8 (scale, zero_point).

    Raises InputError with every fault when the quantisation cannot be served.
    """
    _check_quantisation(scale, zero_point)
    edges_hz = mel_edges_hz()
    first_bin, end_bin, segment_end_bins, bin_weights = _bin_weights(edges_hz)
    return MelTables(
        scale=scale,
        zero_point=zero_point,
        sample_rate_hz=SAMPLE_RATE_HZ,
        frame_samples=FRAME_SAMPLES,
        hop_samples=HOP_SAMPLES,
        window_samples=WINDOW_SAMPLES,
        window_start=WINDOW_START,
        bands=BANDS,
        cfft_points=CFFT_POINTS,
        log2_bits=LOG2_BITS,
        log2_table_bits=LOG2_TABLE_BITS,
        sqrt_table_bits=SQRT_TABLE_BITS,
        bin_weight_bits=BIN_WEIGHT_BITS,
        mel_exponent=MEL_EXPONENT,
        window_q31=tuple(_q31(_hann(n)) for n in range(1, WINDOW_SAMPLES // 2 + 1)),
        cfft_twiddles_q31=_twiddles(CFFT_POINTS, range(3 * CFFT_POINTS // 4)),
        bit_reversal=_bit_reversal_pairs(CFFT_POINTS),
        split_twiddles_q31=_twiddles(FRAME_SAMPLES, range(first_bin, CFFT_POINTS // 2 + 1)),
        first_bin=first_bin,
        end_bin=end_bin,
        segment_end_bins=segment_end_bins,
        bin_weights_q24=bin_weights,
        sqrt_q30=tuple(_round(math.sqrt(1.0 + i / 64) * 2**30) for i in range(193)),
        log2_q24=tuple(
            _round(math.log2(1.0 + i / 2**LOG2_TABLE_BITS) * 2**LOG2_BITS)
            for i in range(2**LOG2_TABLE_BITS + 1)
        ),
        log_offset=_round(LOG_OFFSET * 2**MEL_EXPONENT),
        output_multiplier_q24=_round(math.log(2.0) / scale * 2**OUTPUT_MULTIPLIER_BITS),
        output_offset_q48=(2 * zero_point + 1) << (LOG2_BITS + OUTPUT_MULTIPLIER_BITS - 1),
        gate_threshold_rms=GATE_THRESHOLD_RMS,
        gate_hangover_hops=GATE_HANGOVER_HOPS,
    )


def mel_edges_hz() -> tuple[float, ...]:
    """Return the 66 edges in Hz of the 64 triangles: evenly spaced on the HTK mel scale.

    HTK: mel = 2595 log10(1 + f/700) (Young et al., The HTK Book, section 5.4).
    """
    low, high = (2595.0 * math.log10(1.0 + hz / 700.0) for hz in (LOW_EDGE_HZ, HIGH_EDGE_HZ))
    steps = BANDS + 1
    mels = (low + (high - low) * i / steps for i in range(1, steps))
    inner = (700.0 * (10.0 ** (mel / 2595.0) - 1.0) for mel in mels)
    return (LOW_EDGE_HZ, *inner, HIGH_EDGE_HZ)


def _check_quantisation(scale: float, zero_point: int) -> None:
    faults = []
    if not (math.isfinite(scale) and MIN_SCALE <= scale <= MAX_SCALE):
        faults.append(
            Fault(
                "model input",
                f"scale {scale!r} is outside {MIN_SCALE} ... {MAX_SCALE}",
                "quantise the model with calibration data of ln(mel + 1e-4) features",
            )
        )
    if not _INT8_MIN <= zero_point <= _INT8_MAX:
        faults.append(
            Fault(
                "model input",
                f"zero point {zero_point} is not an int8",
                "give the model an int8 input",
            )
        )
    if faults:
        raise InputError(faults)


def _bin_weights(
    edges_hz: tuple[float, ...],
) -> tuple[int, int, tuple[int, ...], tuple[int, ...]]:
    """Return first bin, end bin, the end bin of each segment and each bin's rising weight (Q24).

    Between two mel edges one triangle falls and the next rises, and the two weights add up to 1:
    one weight a bin describes the whole bank.
    """
    bin_hz = SAMPLE_RATE_HZ / FRAME_SAMPLES
    bins = [k for k in range(CFFT_POINTS) if edges_hz[0] < k * bin_hz < edges_hz[-1]]
    first_bin = bins[0]
    weights = []
    segment_end_bins = []
    position = 0
    for low, high in pairwise(edges_hz):
        while position < len(bins) and bins[position] * bin_hz < high:
            rising = (bins[position] * bin_hz - low) / (high - low)
            weights.append(_round(rising * 2**BIN_WEIGHT_BITS))
            position += 1
        segment_end_bins.append(first_bin + position)
    return first_bin, first_bin + len(bins), tuple(segment_end_bins), tuple(weights)


def _hann(n: int) -> float:
    return 0.5 - 0.5 * math.cos(2.0 * math.pi * n / WINDOW_SAMPLES)


def _twiddles(points: int, indices: range) -> tuple[int, ...]:
    angles = [2.0 * math.pi * k / points for k in indices]
    return tuple(_q31(value) for angle in angles for value in (math.cos(angle), math.sin(angle)))


def _bit_reversal_pairs(points: int) -> tuple[int, ...]:
    bits = points.bit_length() - 1
    complex_bytes = 8
    pairs = []
    for index in range(points):
        mirrored = int(f"{index:0{bits}b}"[::-1], 2)
        if index < mirrored:
            pairs += [index * complex_bytes, mirrored * complex_bytes]
    return tuple(pairs)


def _q31(value: float) -> int:
    return min(_round(value * _Q31_ONE), _INT32_MAX)


def _round(value: float) -> int:
    """Round half away from zero."""
    return math.floor(abs(value) + 0.5) * (-1 if value < 0 else 1)
