# SPDX-License-Identifier: Apache-2.0
"""Gain and cut-off as integers, and what the whole path does to sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.microphone.reference import Decimator
from generator.microphone.tables import (
    FRACTION_BITS,
    DecimatorTables,
    gain_values,
    make_decimator,
    mean_shift_of,
)
from tests.support.tones import level_and_snr

FULL_SCALE = 50**4
SETTLED = 4_000
"""Samples after which the mean is found."""


def tables(gain_db: float = 24.0, settle_words: int = 0, order: int = 0) -> DecimatorTables:
    return make_decimator(
        sample_rate_hz=16_000,
        word_shift=8,
        full_scale=FULL_SCALE,
        droop_order=order,
        gain_db=gain_db,
        settle_words=settle_words,
    )


def tone_words(hz: float, level_dbfs: float, count: int, offset: float = 0.0) -> NDArray[np.int32]:
    """Words of a tone, rounded to 24 bits, above a constant of `offset` of full scale."""
    times = np.arange(count) / 32_000
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * times) + offset
    return np.asarray(np.round(wave * FULL_SCALE).astype(np.int64) << 8, dtype=np.int32)


@given(st.floats(-24, 72), st.integers(1 << 14, 1 << 23))
def test_gain_is_exact_to_a_thousandth_of_a_decibel(gain_db: float, full_scale: int) -> None:
    multiplier, shift = gain_values(full_scale, gain_db)
    assert 1 << 15 <= multiplier < 1 << 16
    real = multiplier / 2.0**shift * full_scale * 2.0**FRACTION_BITS / 32_768
    assert 20 * np.log10(real) == pytest.approx(gain_db, abs=1e-3)


def test_a_gain_beyond_all_shifts_is_refused() -> None:
    with pytest.raises(ValueError, match="200 dB"):
        gain_values(1, 200)


def test_cut_off_stays_near_20_hz() -> None:
    assert {hz: mean_shift_of(hz) for hz in (8_000, 16_000, 48_000)} == {
        8_000: 6,
        16_000: 7,
        48_000: 9,
    }


@pytest.mark.parametrize("hz", [100.0, 1_000.0, 6_900.0])
@pytest.mark.parametrize("gain_db", [0.0, 24.0, 60.0])
def test_quiet_sound_at_a_high_gain_keeps_60_db(hz: float, gain_db: float) -> None:
    """Whatever the gain, a tone that comes out at -20 dBFS is 60 dB above what the path adds."""
    words = tone_words(hz, -20.0 - gain_db, 40_000, offset=0.05)
    samples = Decimator(tables(gain_db)).push(words)[SETTLED:]
    level, snr = level_and_snr(samples, hz)
    assert level == pytest.approx(-20.0, abs=0.5)
    assert snr >= 60.0


def test_loud_sound_is_clipped_at_both_ends() -> None:
    samples = Decimator(tables(24.0)).push(tone_words(500.0, -3.0, 20_000))[SETTLED:]
    assert (samples.min(), samples.max()) == (-32_768, 32_767)


def test_a_constant_is_taken_off() -> None:
    words = np.full(64_000, round(0.1 * FULL_SCALE) << 8, dtype=np.int32)
    samples = Decimator(tables(24.0)).push(words)
    assert np.abs(samples).max() > 10_000
    assert np.abs(samples[-16_000:]).max() <= 1


def test_settling_drops_samples_and_not_the_filters_state() -> None:
    """What is heard after it is what would be heard there anyway."""
    words = tone_words(700.0, -30.0, 6_000, offset=0.05)
    whole = Decimator(tables(settle_words=0)).push(words)
    settled = Decimator(tables(settle_words=1_600))
    parts = [settled.push(part) for part in np.split(words, (10, 1_590, 1_600, 1_602))]
    assert [len(part) for part in parts[:4]] == [0, 0, 0, 1]
    assert np.array_equal(np.concatenate(parts), whole[800:])


def test_words_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="pairs"):
        Decimator(tables()).push(np.zeros(3, dtype=np.int32))
