# SPDX-License-Identifier: Apache-2.0
"""From sound to samples on the host: modulators, CIC filter and the decimator's integers.

Held against the tone itself in float64: its level, all that is not the tone, the response.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from generator.boards.boards_file import load_boards
from generator.boards.port import make_port
from generator.microphone.reference import Decimator
from generator.microphone.tables import decimator_of, make_decimator
from generator.repository import DEFAULT_BOARDS_FILE
from hil.virtual.sound.cic import cic_state, sinc_decimate
from hil.virtual.sound.pdm import Bits, PdmSource
from hil.virtual.sound.sound import Levels, Sound
from tests.support.second_order import second_order_bits

RATE_HZ, CLOCK_HZ, DECIMATION = 16_000, 1_600_000, 50
SETTLE_S = 0.3
"""Of the decimator, which drops it; its high-pass filter has forgotten the start then."""


Modulate = Callable[[Sound, int, int], Bits]
"""Sound, clock in Hz and count to bits."""


def third_order_bits(sound: Sound, clock_hz: int, count: int) -> Bits:
    """Those of the virtual boards' microphones."""
    return PdmSource(sound, clock_hz).bits(0, count)


ORDERS = pytest.mark.parametrize("modulate", [second_order_bits, third_order_bits])


def samples_of(
    sound: Sound, seconds: float, gain_db: float = 0.0, modulate: Modulate = third_order_bits
) -> Levels:
    """Samples as parts of full scale, after the settling time."""
    tables = make_decimator(
        sample_rate_hz=RATE_HZ,
        word_shift=8,
        full_scale=DECIMATION**4,
        droop_order=4,
        gain_db=gain_db,
        settle_words=round(2 * RATE_HZ * SETTLE_S),
    )
    bits = modulate(sound, CLOCK_HZ, round((seconds + SETTLE_S) * CLOCK_HZ))
    words = sinc_decimate(bits, 4, DECIMATION, cic_state())
    samples = Decimator(tables).push((words << 8).astype(np.int32))
    return samples / 32768.0


def level_and_noise(
    hz: float, level_db: float, gain_db: float = 0.0, modulate: Modulate = third_order_bits
) -> tuple[float, float]:
    """Level of a tone in the samples, and of all else, in dB: the best fit of a sine in float64."""
    seconds = 1.0
    at = np.arange(round(48_000 * (seconds + SETTLE_S + 0.1))) / 48_000
    sound = Sound()
    sound.play(10 ** (level_db / 20) * np.sin(2 * np.pi * hz * at), 48_000)
    samples = samples_of(sound, seconds, gain_db, modulate)
    phase = 2 * np.pi * hz * np.arange(len(samples)) / RATE_HZ
    base = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    fit, *_ = np.linalg.lstsq(base, samples, rcond=None)
    rest = samples - base @ fit
    level = 20 * np.log10(float(np.hypot(*fit)))
    return level, 10 * np.log10(2 * float(np.mean(rest**2)))


@ORDERS
def test_a_tone_at_minus_20_db_is_60_db_above_all_else(modulate: Modulate) -> None:
    level_db, noise_db = level_and_noise(1000, -20, modulate=modulate)
    assert level_db == pytest.approx(-20, abs=0.2)
    assert level_db - noise_db > 60


@ORDERS
@pytest.mark.parametrize("hz", [100, 300, 3000, 5000, 7000])
def test_the_response_is_flat_up_to_7_khz(hz: float, modulate: Modulate) -> None:
    level_db, noise_db = level_and_noise(hz, -20, modulate=modulate)
    assert level_db == pytest.approx(-20, abs=0.5)
    assert level_db - noise_db > 60


def test_the_boards_gain_is_as_recorded() -> None:
    port = make_port(load_boards(DEFAULT_BOARDS_FILE)["u585"], RATE_HZ).microphone
    assert port is not None
    tables = decimator_of(port)
    assert tables.full_scale == DECIMATION**4
    level_db, _ = level_and_noise(1000, -20 - tables.gain_db, tables.gain_db)
    assert level_db == pytest.approx(-20, abs=0.2)


def test_what_is_above_the_band_does_not_come_back_into_it() -> None:
    sound = Sound()
    at = np.arange(round(192_000 * 0.8)) / 192_000
    sound.play(0.1 * np.sin(2 * np.pi * 21_000 * at), 192_000)
    assert 20 * np.log10(np.sqrt(2 * np.mean(samples_of(sound, 0.4) ** 2))) < -70
