# SPDX-License-Identifier: Apache-2.0
"""The front-end's constants against the float formula, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from generator.errors import InputError
from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.presets import YAMNET
from generator.frontend.transform_tables import (
    CMSIS_DSP_HEADERS,
    CMSIS_DSP_SOURCES,
    FFT_LENGTHS,
    butterfly_twiddles_q31,
    circle_q31,
    halving_twiddles_q31,
    radix4_points,
    reversed_bits,
)
from generator.toolchain.locate import find_cmsis_dsp
from tests.frontend import float_formula, integer_twin
from tests.frontend.integer_twin import split_frames
from tests.frontend.signals import synthetic_signals


def test_one_weight_a_bin_rebuilds_every_triangle(tables: MelTables) -> None:
    matrix = np.zeros((64, 257))
    begin = tables.first_bin
    weights = np.array(tables.bin_weights_q24) / 2**24
    for segment, end in enumerate(tables.segment_end_bins):
        covered = slice(begin, end)
        rising = weights[begin - tables.first_bin : end - tables.first_bin]
        if segment < 64:
            matrix[segment, covered] += rising
        if segment > 0:
            matrix[segment - 1, covered] += 1 - rising
        begin = end
    assert begin == tables.end_bin
    np.testing.assert_allclose(matrix, float_formula.mel_matrix(), atol=2**-25)


def test_window_is_half_of_the_periodic_hann(tables: MelTables) -> None:
    window = float_formula.hann_window()
    np.testing.assert_allclose(np.array(tables.window_q31) / 2**31, window[56:257], atol=2**-31)
    np.testing.assert_allclose(window[257:456], window[57:256][::-1], atol=1e-15)


def test_twiddles_lie_on_the_circle(tables: MelTables) -> None:
    for table in (tables.butterfly_twiddles_q31, tables.split_twiddles_q31):
        pairs = np.array(table).reshape(-1, 2) / 2**31
        np.testing.assert_allclose(np.hypot(pairs[:, 0], pairs[:, 1]), 1, atol=2**-30)
    assert len(tables.butterfly_twiddles_q31) == 2 * 192
    first, last = tables.split_twiddles_q31[:2], tables.split_twiddles_q31[-2:]
    angle = 2 * math.pi * tables.split_first_bin / 512
    np.testing.assert_allclose(np.array(first) / 2**31, [math.cos(angle), math.sin(angle)])
    angle = 2 * math.pi * 127 / 512
    np.testing.assert_allclose(np.array(last) / 2**31, [math.cos(angle), math.sin(angle)])


def test_the_middle_bin_alone_leaves_a_table_for_the_split() -> None:
    keys = {"low_hz": 3990.0, "high_hz": 4010.0, "bands": 1}
    alone = make_mel_tables(YAMNET.model_copy(update=keys), 0.05, 0)
    assert (alone.first_bin, alone.end_bin, alone.split_first_bin) == (128, 129, 128)
    assert len(alone.split_twiddles_q31) == 2


@pytest.mark.parametrize("points", [real // 2 for real in FFT_LENGTHS])
def test_a_shorter_stage_takes_the_first_twiddles(points: int) -> None:
    twiddles = np.array(butterfly_twiddles_q31(points)).reshape(-1, 3, 2)
    span = 4 * len(twiddles)
    assert span == radix4_points(points)
    while span > 4:
        bits = span.bit_length() - 3
        steps = np.array([reversed_bits(place, bits) for place in range(span // 4)])
        assert sorted(steps) == list(range(span // 4))
        for times in (1, 2, 3):
            wanted = np.array(circle_q31(span, times * steps)).reshape(-1, 2)
            np.testing.assert_array_equal(twiddles[: span // 4, times - 1], wanted)
        span //= 4


def test_only_what_is_no_power_of_four_is_halved() -> None:
    assert {p for p in (16, 32, 64, 128, 256, 512) if halving_twiddles_q31(p)} == {32, 128, 512}
    assert len(halving_twiddles_q31(512)) == 512


@pytest.mark.parametrize(
    ("scale", "zero_point"),
    [(0.054722581, 40), (0.0061, -128), (0.02, 127), (0.11, 0), (1.0, 3), (15.9, -5), (100.0, 0)],
)
def test_any_quantisation_follows_the_formula(scale: float, zero_point: int) -> None:
    tables = make_mel_tables(YAMNET, scale, zero_point)
    frames = np.concatenate([split_frames(s)[::7] for s in synthetic_signals().values()])
    got = integer_twin.mel_frames(frames, tables).astype(int)
    wanted = float_formula.features(frames, scale, zero_point).astype(int)
    steps_a_neper = 1 / scale
    assert np.abs(got - wanted).max() <= max(1, 0.06 * steps_a_neper)


@pytest.mark.parametrize("scale", [0.0, -0.05, math.nan, math.inf, 1e-6])
def test_a_scale_beyond_the_multiplier_is_refused(scale: float) -> None:
    with pytest.raises(InputError, match="scale") as caught:
        make_mel_tables(YAMNET, scale, 0)
    assert caught.value.faults[0].remedy


def test_all_faults_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        make_mel_tables(YAMNET, 0.0, 200)
    assert len(caught.value.faults) == 2


def test_named_library_files_exist() -> None:
    root = find_cmsis_dsp()
    for name in (*CMSIS_DSP_SOURCES, *CMSIS_DSP_HEADERS):
        assert (root / name).is_file(), name


def test_same_input_same_tables(tables: MelTables) -> None:
    assert make_mel_tables(YAMNET, tables.scale, tables.zero_point) == tables
