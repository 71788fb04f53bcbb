# SPDX-License-Identifier: Apache-2.0
"""The stored coefficients: designed again, and their response in float64."""

from __future__ import annotations

import numpy as np
import pytest

from generator.microphone.coefficients import COEFFICIENT_BITS, HALVES, TAPS
from generator.microphone.design import Floats, cosines, design, droop

ORDERS = sorted(HALVES)

WORDS_HZ = 32_000.0
"""Of a front-end at 16 kHz."""

FLATNESS_DB = 0.25
STOP_DB = 70.0


def response(order: int, hz: Floats) -> Floats:
    """Source and filter together, by their definition: not by the design's own matrix."""
    half = np.array(HALVES[order]) / 2.0**COEFFICIENT_BITS
    taps = np.concatenate([half, half[::-1]])
    times = np.arange(TAPS) - (TAPS - 1) / 2
    turns = np.exp(-2j * np.pi * np.outer(hz / WORDS_HZ, times))
    return np.asarray(np.real(turns @ taps) * droop(hz / WORDS_HZ, order), dtype=np.float64)


@pytest.mark.parametrize("order", ORDERS)
def test_designed_again_they_are_the_same_but_for_rounding(order: int) -> None:
    again = design(order) * 2.0**COEFFICIENT_BITS
    assert np.abs(again - np.array(HALVES[order])).max() < 1.0


@pytest.mark.parametrize("order", ORDERS)
def test_sound_to_7_khz_passes_flat(order: int) -> None:
    gains_db = 20 * np.log10(response(order, np.linspace(0, 7_000, 4_001)))
    assert np.abs(gains_db).max() < FLATNESS_DB


@pytest.mark.parametrize("order", ORDERS)
def test_what_would_fold_below_7_khz_is_stopped(order: int) -> None:
    gains = np.abs(response(order, np.linspace(9_000, 16_000, 4_001)))
    assert 20 * np.log10(gains.max()) < -STOP_DB


def test_the_droop_of_50_is_that_of_the_limit() -> None:
    """A sinc4 of decimation 50, by its definition, against the limit that the design takes."""
    hz = np.linspace(1, 7_000, 701)
    angle = np.pi * hz / (50 * WORDS_HZ)
    exact = (np.sin(50 * angle) / (50 * np.sin(angle))) ** 4
    assert np.abs(20 * np.log10(exact / droop(hz / WORDS_HZ, 4))).max() < 0.002


def test_the_second_half_mirrors_the_first() -> None:
    """The design's matrix has it so: both ends of the filter are as far from the middle."""
    row = cosines(np.array([0.1]))[0]
    distances = np.arange(TAPS // 2) - (TAPS - 1) / 2
    assert row == pytest.approx(2 * np.cos(2 * np.pi * 0.1 * distances))
