# SPDX-License-Identifier: Apache-2.0
"""The virtual microphones' sources: levels in time, the modulator, the exact CIC filter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.sound.analog import AnalogSource
from hil.virtual.sound.cic import Words, cic_state, sinc_decimate
from hil.virtual.sound.pdm import PdmSource
from hil.virtual.sound.sound import Levels, LevelStream, Sound

CLOCK_HZ, ORDER, DECIMATION = 1_600_000, 4, 50
WORD_HZ = CLOCK_HZ // DECIMATION


def tone(hz: float, level: float, seconds: float, rate_hz: int = 48_000) -> Levels:
    wave: Levels = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    return wave


def words_of(sound: Sound, seconds: float, pieces: int = 1) -> Words:
    source, state = PdmSource(sound, CLOCK_HZ), cic_state()
    count = round(seconds * CLOCK_HZ) // pieces
    made = [
        sinc_decimate(source.bits(number * count, count), ORDER, DECIMATION, state)
        for number in range(pieces)
    ]
    return np.concatenate(made)


def tone_and_noise(signal: Levels, hz: int, rate_hz: int) -> tuple[float, float]:
    """Level of a tone, and of all else up to 8 kHz, in dB of full scale; `signal` is 1 s."""
    window = np.blackman(len(signal))
    power = 2 * np.abs(np.fft.rfft(signal * window)) ** 2 / (len(signal) * np.sum(window**2))
    inside = power[hz - 4 : hz + 5].sum()
    outside = power[20:8000].sum() - inside
    return 10 * np.log10(2 * inside), 10 * np.log10(2 * outside)


@pytest.mark.parametrize("hz", [100, 1000, 3000])
def test_a_tone_through_modulator_and_filter_keeps_its_level_above_the_noise(hz: int) -> None:
    sound = Sound()
    sound.play(tone(hz, 0.1, 1.2), 48_000)
    signal = words_of(sound, 1.2)[1000 : 1000 + WORD_HZ] / DECIMATION**ORDER
    level_db, noise_db = tone_and_noise(signal, hz, WORD_HZ)
    droop = np.sinc(hz / WORD_HZ) / np.sinc(hz / CLOCK_HZ)
    assert level_db == pytest.approx(-20 + 20 * ORDER * np.log10(droop), abs=0.02)
    assert noise_db < -100


def test_the_bits_do_not_depend_on_how_many_are_asked_for_at_once() -> None:
    def words(pieces: int) -> Words:
        sound = Sound()
        sound.play(tone(440, 0.5, 0.1, 16_000), 16_000, PS_PER_SECOND // 100)
        return words_of(sound, 0.2, pieces)

    assert np.array_equal(words(1), words(1000))
    assert np.array_equal(words(1), words(64))


def test_a_constant_level_is_the_share_of_ones() -> None:
    sound = Sound()
    sound.play(np.full(16_000, 0.25), 16_000)
    bits = PdmSource(sound, CLOCK_HZ).bits(100_000, 1_000_000)
    assert set(np.unique(bits)) == {-1, 1}
    assert bits.mean() == pytest.approx(0.25, abs=1e-4)


def test_silence_is_quiet_after_an_overload() -> None:
    sound = Sound()
    sound.play(np.full(8000, 3.0), 16_000, 0)
    words = words_of(sound, 1.0) / DECIMATION**ORDER
    assert words[1000:15_000].min() > 0.75
    assert np.abs(words[-10_000:]).max() < 3e-4


def test_sound_begins_and_ends_where_it_is_put() -> None:
    sound = Sound()
    end_ps = sound.play(np.full(320, 0.5), 32_000, PS_PER_SECOND // 10)
    assert end_ps == PS_PER_SECOND // 10 + PS_PER_SECOND // 100
    levels = LevelStream(sound, 32_000, 0).take(6400)
    assert np.array_equal(np.flatnonzero(levels), np.arange(3200, 3520))


def test_a_stream_that_begins_later_has_lost_what_was_before() -> None:
    sound = Sound()
    sound.play(np.arange(1, 101) / 128, 32_000, 0)
    late = LevelStream(sound, 32_000, 40 * PS_PER_SECOND // 32_000).take(100) * 128
    assert list(late[:3]) == [41, 42, 43] and late[60] == 0


def test_pieces_that_overlap_add_up_and_may_come_later() -> None:
    sound = Sound()
    sound.play(np.full(100, 0.25), 32_000, 0)
    stream = LevelStream(sound, 32_000, 0)
    first = stream.take(50)
    sound.play(np.full(100, 0.5), 32_000, 75 * PS_PER_SECOND // 32_000)
    levels = np.concatenate((first, stream.take(150)))
    assert list(levels[[0, 74, 75, 99, 100, 174, 175]]) == [0.25, 0.25, 0.75, 0.75, 0.5, 0.5, 0]


def test_int16_samples_are_parts_of_full_scale_and_channels_are_averaged() -> None:
    sound = Sound()
    sound.play(np.array([[-32768, 0], [16384, 16384]], np.int16), 16_000)
    assert list(sound.pieces[0].levels) == [-0.5, 0.5]


@pytest.mark.parametrize(
    "samples", [np.array(["a"]), np.array([np.nan]), np.zeros((2, 2, 2)), np.array([1], np.uint8)]
)
def test_what_is_no_sound_is_refused(samples: npt.NDArray[Any]) -> None:
    with pytest.raises(ValueError, match=r"sound|finite"):
        Sound().play(samples, 16_000)


def test_the_filter_is_a_product_of_sums() -> None:
    generator = np.random.default_rng(3)
    bits = (generator.integers(0, 2, 4000) * 2 - 1).astype(np.int8)
    kernel = np.ones(1, np.int64)
    for _ in range(5):
        kernel = np.convolve(kernel, np.ones(32, np.int64))
    expected = np.convolve(bits.astype(np.int64), kernel)[31:4000:32]
    assert np.array_equal(sinc_decimate(bits, 5, 32, cic_state()), expected)


def test_a_filter_is_the_same_in_pieces() -> None:
    bits = np.where(np.arange(5000) % 7 < 3, 1, -1).astype(np.int8)
    state = cic_state()
    pieces = [sinc_decimate(part, 4, 50, state) for part in np.array_split(bits, 37)]
    assert np.array_equal(np.concatenate(pieces), sinc_decimate(bits, 4, 50, cic_state()))


def test_a_filter_too_wide_for_a_word_is_refused() -> None:
    with pytest.raises(ValueError, match="order 5 and decimation 8192"):
        sinc_decimate(np.ones(10, np.int8), 5, 8192, cic_state())


def test_a_microphone_cannot_go_back_but_its_clock_may_run_unheard() -> None:
    whole = PdmSource(Sound(), CLOCK_HZ).bits(0, 3000)
    source = PdmSource(Sound(), CLOCK_HZ)
    assert np.array_equal(source.bits(1000, 2000), whole[1000:])
    with pytest.raises(ValueError, match="has passed"):
        source.bits(2999, 1)


def test_a_microphone_is_noise_until_it_has_settled() -> None:
    settled = PdmSource(Sound(), CLOCK_HZ).bits(0, 5000)
    bits = PdmSource(Sound(), CLOCK_HZ, settle_s=0.002).bits(0, 5000)
    assert np.array_equal(bits[3200:], settled[3200:])
    assert abs(np.mean(bits[:3200])) < 0.1 and np.mean(bits[:3200] == settled[:3200]) < 0.6
    changes = np.mean(bits[1:3200] != bits[:3199])
    assert 0.4 < changes < 0.6


def test_an_analogue_level_is_that_of_the_sound_at_any_time() -> None:
    sound = Sound()
    sound.play(tone(1000, 0.5, 1.0), 48_000)
    source = AnalogSource(sound)
    at_ps = [123_456_789_000, 123_456_789_777, 300_000_000_001]
    for time_ps in at_ps:
        wave = 0.5 * np.sin(2 * np.pi * 1000 * time_ps / PS_PER_SECOND)
        assert source.level(time_ps) == pytest.approx(wave, abs=1e-4)
    period = Fraction(PS_PER_SECOND, 32_000)
    levels = source.levels(310_000_000_000, period, 320)
    times = 0.31 + np.arange(320) / 32_000
    assert levels == pytest.approx(0.5 * np.sin(2 * np.pi * 1000 * times), abs=1e-4)
    with pytest.raises(ValueError, match="has passed"):
        source.level(1)
