# SPDX-License-Identifier: Apache-2.0
"""What ``microphone/decimator.c`` computes with: `DecimatorTables`, which its templates print.

docs/microphone.md is the specification. Nothing here depends on the machine: the coefficients are
stored, and the gain is computed in decimal arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Protocol

from generator.microphone.coefficients import COEFFICIENT_BITS, HALVES, TAPS

FRACTION_BITS = 4
"""Of what the filter hands on, in units of a word's value: a word's last bit is not the end of a
quiet sound at a high gain."""

MULTIPLIER_BITS = 16
"""Of the gain's multiplier: it is exact to 0.0002 dB."""

SAMPLE_BITS = 16

DC_CUT_HZ = 20.0

BLOCK_WORDS = 64
"""Words that are filtered at a time; any even number gives the same samples."""

WORD_BITS = 32


@dataclass(frozen=True, slots=True)
class DecimatorTables:
    """The templates see it as ``decimator``."""

    sample_rate_hz: int
    word_shift: int
    droop_order: int
    half: tuple[int, ...]
    taps: int
    fir_shift: int
    """From products to values with `fraction_bits`."""
    fraction_bits: int
    mean_shift: int
    """The mean follows the values by a 2^mean_shift-th part of their distance."""
    mean_cut_hz: float
    gain_db: float
    full_scale: int
    gain_multiplier: int
    gain_shift: int
    settle_samples: int
    block_words: int


class Words(Protocol):
    """Words of a microphone; `port.microphone` is one."""

    @property
    def sample_rate_hz(self) -> int:
        """Of the samples: half the words' rate."""

    @property
    def word_shift(self) -> int:
        """Bits of a word below its value; the value has 24 bits at most."""

    @property
    def full_scale(self) -> int:
        """A word's value at the microphone's full scale."""

    @property
    def droop_order(self) -> int:
        """Order of the sinc filter that made the words; 0: none."""

    @property
    def gain_db(self) -> float:
        """From that full scale to the samples'."""

    @property
    def settle_words(self) -> int:
        """Words that are heard before the first sample counts."""


def decimator_of(words: Words) -> DecimatorTables:
    """Return the decimator of `port.microphone`."""
    return make_decimator(
        sample_rate_hz=words.sample_rate_hz,
        word_shift=words.word_shift,
        full_scale=words.full_scale,
        droop_order=words.droop_order,
        gain_db=words.gain_db,
        settle_words=words.settle_words,
    )


def make_decimator(
    *,
    sample_rate_hz: int,
    word_shift: int,
    full_scale: int,
    droop_order: int,
    gain_db: float,
    settle_words: int,
) -> DecimatorTables:
    """`full_scale`, `word_shift`, `droop_order`: of the words, as `port.microphone` has them."""
    multiplier, shift = gain_values(full_scale, gain_db)
    mean_shift = mean_shift_of(sample_rate_hz)
    return DecimatorTables(
        sample_rate_hz=sample_rate_hz,
        word_shift=word_shift,
        droop_order=droop_order,
        half=HALVES[droop_order],
        taps=TAPS,
        fir_shift=COEFFICIENT_BITS - FRACTION_BITS,
        fraction_bits=FRACTION_BITS,
        mean_shift=mean_shift,
        mean_cut_hz=sample_rate_hz / (2.0 * math.pi * 2.0**mean_shift),
        gain_db=gain_db,
        full_scale=full_scale,
        gain_multiplier=multiplier,
        gain_shift=shift,
        settle_samples=settle_words // 2,
        block_words=BLOCK_WORDS,
    )


def gain_values(full_scale: int, gain_db: float) -> tuple[int, int]:
    """Return multiplier and shift: 2^15 * 10^(gain_db / 20) / (full_scale * 2^FRACTION_BITS).

    The multiplier has MULTIPLIER_BITS bits, the highest of them set.
    """
    with localcontext() as context:
        context.prec = 40
        factor = Decimal(10) ** (Decimal(str(gain_db)) / 20)
        gain = factor * 2 ** (SAMPLE_BITS - 1) / (full_scale * 2**FRACTION_BITS)
        shift = 0
        while gain * 2**shift < 2 ** (MULTIPLIER_BITS - 1):
            shift += 1
        multiplier = int((gain * 2**shift).to_integral_value())
    if multiplier >> MULTIPLIER_BITS:
        multiplier, shift = multiplier >> 1, shift - 1
    if not 0 < shift < 63 or multiplier >> MULTIPLIER_BITS:
        raise ValueError(f"a gain of {gain_db} dB at a full scale of {full_scale}")
    return multiplier, shift


def mean_shift_of(sample_rate_hz: int) -> int:
    """Return the shift whose cut-off is nearest to DC_CUT_HZ, in octaves."""
    return max(1, round(math.log2(sample_rate_hz / (2.0 * math.pi * DC_CUT_HZ))))
