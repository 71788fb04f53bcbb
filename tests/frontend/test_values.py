# SPDX-License-Identifier: Apache-2.0
"""From sums to int8: C and page bit for bit, within a step of float64, silence exact."""

from __future__ import annotations

import ctypes
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.errors import InputError
from generator.frontend.filter_bank import make_filter_bank
from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord, LogKind, MelNorm, Spectrum
from generator.frontend.sum_levels import sum_bits, sum_bound
from generator.host.frontend_twin import build_frontend_twin
from tests.frontend import integer_twin
from tests.frontend.conftest import SCALE, ZERO_POINT
from tests.frontend.drawn_values import Drawn, draw_values, hard_and_usual_sound
from tests.frontend.float_record import features
from tests.frontend.frontend_builds import build_spectrum_library, write_sources
from tests.frontend.signals import synthetic_signals

COMPILED, COMPUTED = (0, 1, 5, 6, 7, 9, 16, 20, 24), range(30, 100)
SOUND = hard_and_usual_sound()
POWER_DB = YAMNET.model_copy(
    update={
        "spectrum": Spectrum.POWER,
        "mel_norm": MelNorm.SLANEY,
        "log": LogKind.DB_POWER,
        "log_offset": 0.0,
        "log_floor": 1e-10,
        "log_reference": 190.0,
        "lowest_log": -80.0,
        "silence_gate": None,
    }
)
DB_SCALE, DB_ZERO_POINT = 80.0 / 255.0, 127


def hold(drawn: Drawn, got: NDArray[np.int8], samples: NDArray[np.int16]) -> None:
    wanted = features(drawn.record, samples, drawn.scale, drawn.zero_point)
    assert got.shape == wanted.shape
    steps = np.abs(got.astype(int) - wanted)
    assert steps.max() <= 1, (drawn, np.argwhere(steps == steps.max())[0])
    assert (steps == 0).mean() >= 0.99, drawn


def page(drawn: Drawn, samples: NDArray[np.int16]) -> NDArray[np.int8] | None:
    """What docs/frontend.md makes of a clip; None: the record is refused, with its reason."""
    try:
        tables = make_mel_tables(drawn.record, drawn.scale, drawn.zero_point)
    except InputError as error:
        assert all(fault.remedy for fault in error.faults)
        return None
    return integer_twin.features(samples, tables)


@pytest.mark.parametrize("seed", COMPILED)
def test_the_c_of_a_drawn_record_is_the_page(seed: int) -> None:
    drawn = draw_values(seed)
    wanted = page(drawn, SOUND)
    assert wanted is not None, "another seed: this one is refused"
    twin = build_frontend_twin(drawn.record, drawn.scale, drawn.zero_point, sanitize=True)
    np.testing.assert_array_equal(twin.features(SOUND), wanted)
    hold(drawn, wanted, SOUND)


def test_drawn_records_are_within_a_step_of_float64() -> None:
    refused = 0
    for seed in COMPUTED:
        drawn = draw_values(seed)
        got = page(drawn, SOUND)
        if got is None:
            refused += 1
        else:
            hold(drawn, got, SOUND)
    assert refused < len(COMPUTED) // 10


def test_drawn_records_cover_what_they_should() -> None:
    drawn = [draw_values(seed) for seed in COMPILED]
    tables = [make_mel_tables(one.record, one.scale, one.zero_point) for one in drawn]
    logs = [one.outputs.logs for one in tables if one.outputs.logs]
    assert {one.record.spectrum for one in drawn} == set(Spectrum)
    assert {one.record.log for one in drawn} == set(LogKind)
    assert {log.is_aligned for log in logs} == {False, True}
    assert {len(log.offsets) > 1 for log in logs} == {False, True}
    assert {len(log.floors) > 1 for log in logs} == {False, True}
    assert {len(one.outputs.log.multipliers_q24) > 1 for one in tables if one.outputs.log} == {
        False,
        True,
    }


@pytest.mark.parametrize("seed", range(24))
def test_silence_has_exactly_its_value(seed: int) -> None:
    drawn = draw_values(seed)
    silence = np.zeros(2000, np.int16)
    got = page(drawn, silence)
    if got is not None:
        wanted = features(drawn.record, silence, drawn.scale, drawn.zero_point)
        np.testing.assert_array_equal(got, wanted)


def test_hard_signals_in_decibels_are_within_a_step() -> None:
    drawn = Drawn(POWER_DB, DB_SCALE, DB_ZERO_POINT)
    for name, samples in synthetic_signals().items():
        got = page(drawn, samples)
        wanted = features(POWER_DB, samples, DB_SCALE, DB_ZERO_POINT)
        assert got is not None
        steps = np.abs(got.astype(int) - wanted)
        assert steps.max() <= 1 and (steps == 0).mean() > 0.95, name


def test_the_logarithm_of_nothing_is_the_least_int8() -> None:
    record = POWER_DB.model_copy(update={"log_floor": 0.0, "lowest_log": None})
    got = page(Drawn(record, DB_SCALE, DB_ZERO_POINT), np.zeros(1000, np.int16))
    assert got is not None and (got == -128).all()


def test_our_own_numbers_are_what_they_were() -> None:
    tables = make_mel_tables(YAMNET, SCALE, ZERO_POINT)
    logs, output = tables.outputs.logs, tables.outputs.log
    assert logs is not None and output is not None
    assert (tables.sum_bits, tables.sum_shifts, logs.span, logs.is_aligned) == (47, 1, 30, False)
    assert logs.offsets == (round(1e-4 * 2**47) << 30,)
    assert logs.floors == logs.gains_q24 == ()
    assert output.multipliers_q24 == (round(np.log(2.0) / SCALE * 2**24),)
    assert output.offsets_q48 == ((2 * ZERO_POINT + 1) << 47,)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_overflows_64_bits(seed: int) -> None:
    drawn = draw_values(seed)
    bank = make_filter_bank(drawn.record)
    try:
        logs = make_mel_tables(drawn.record, drawn.scale, drawn.zero_point).outputs.logs
    except InputError:
        return
    if logs is not None:
        largest = sum_bound(drawn.record, bank)
        assert largest <= 2**62
        assert max(logs.offsets, default=0) + largest < 2**64
        assert max(logs.floors, default=0) < 2**64
        assert 0 <= logs.span <= 30 * (2 if drawn.record.spectrum is Spectrum.POWER else 1)
        octaves = sum_bits(drawn.record) + logs.span
        assert octaves < 127, "log2 in Q24 is an int32"


@pytest.mark.parametrize("bands", [1, 3])
def test_the_bank_of_powers_is_exact_at_its_largest(bands: int, tmp_path: Path) -> None:
    record = YAMNET.model_copy(
        update={
            "spectrum": Spectrum.POWER,
            "fft_samples": 8192,
            "window_samples": 8192,
            "bands": bands,
            "low_hz": 0.0,
            "high_hz": 8000.0,
            "silence_gate": None,
        }
    )
    tables = make_mel_tables(record, 0.2, 0)
    library = build_spectrum_library(write_sources(tmp_path, tables))
    draw = np.random.default_rng(bands)
    shares = draw.random(4096) + 0.5
    spread = (shares / shares.sum() * 2.0**61).astype(np.uint64) | np.uint64(0xFFFFFFFF)
    alone = np.where(np.arange(4096) == 2048, np.uint64(2**61), np.uint64(0))
    for powers in (spread, alone, np.full(4096, 0xFFFFFFFF, np.uint64)):
        buffer = powers.view(np.int32).copy()
        sums = np.zeros(bands, np.uint64)
        library.filterbank_apply_u64(
            ctypes.c_void_p(buffer.ctypes.data), ctypes.c_void_p(sums.ctypes.data)
        )
        exact = exact_sums(powers, tables)
        assert max(exact) < 2**62
        for got, wanted in zip(sums.tolist(), exact, strict=True):
            assert abs(got - wanted) <= 2


def exact_sums(powers: NDArray[np.uint64], tables: MelTables) -> list[Fraction]:
    """Sums of the table's own weights, without rounding."""
    sums = [Fraction(0)] * (tables.bands + 2)
    begin = tables.first_bin
    for segment, end in enumerate(tables.segment_end_bins):
        for k in range(begin, end):
            share = Fraction(tables.bin_weights_q24[k - tables.first_bin], 2**24)
            sums[segment + 1] += int(powers[k]) * share
            sums[segment] += int(powers[k]) * (1 - share)
        begin = end
    return sums[1:-1]


def refusal(record: FrontendRecord, scale: float, zero_point: int) -> str:
    with pytest.raises(InputError) as caught:
        make_mel_tables(record, scale, zero_point)
    (fault,) = caught.value.faults
    return f"{fault.where}: {fault.what} / {fault.remedy}"


def test_levels_below_the_noise_are_refused_unless_the_model_ends_above_them() -> None:
    deep = YAMNET.model_copy(update={"log_offset": 1e-8})
    told = refusal(deep, 0.1, 80)
    assert "log_offset: 1e-08 is below 8.3e-07" in told and "at least 8.3e-07" in told
    make_mel_tables(YAMNET.model_copy(update={"log_offset": 8.3e-7}), 0.1, 80)
    make_mel_tables(deep, SCALE, ZERO_POINT)  # its input ends at -9.2: sums of 1e-4
    none = YAMNET.model_copy(update={"log_offset": 0.0, "log": LogKind.DB_AMPLITUDE})
    assert "a silent band has no value" in refusal(none, 1.0, 100)
    floored = none.model_copy(update={"lowest_log": -100.0})
    make_mel_tables(floored, 1.0, 100)
    assert "is below" in refusal(none.model_copy(update={"lowest_log": -150.0}), 1.0, 100)


def test_the_least_level_follows_full_scale_and_norm() -> None:
    loud = YAMNET.model_copy(update={"log_offset": 1e-3, "sample_full_scale": 32768.0})
    assert "at least 0.027" in refusal(loud, 0.1, 20)
    normed = YAMNET.model_copy(update={"log_offset": 1e-7, "mel_norm": MelNorm.SLANEY})
    make_mel_tables(normed, 0.1, 80)


def test_levels_above_every_sum_are_refused() -> None:
    high = YAMNET.model_copy(update={"log_offset": 1e6})
    assert "log_offset: 1e+06 is beyond the sum of any sound" in refusal(high, 0.05, 0)
    high = POWER_DB.model_copy(update={"lowest_log": 300.0})
    assert refusal(high, DB_SCALE, 0).startswith("lowest_log")


def test_a_scale_is_refused_in_the_words_of_its_logarithm() -> None:
    told = refusal(POWER_DB, 0.02, 0)
    assert "10 log10(mel power)" in told and "a scale above 0.024" in told
    assert "ln(mel + 0.0001)" in refusal(YAMNET, 0.001, 0)


def test_sums_without_a_logarithm_have_a_least_step() -> None:
    linear = YAMNET.model_copy(update={"log": LogKind.NONE, "log_offset": 0.0})
    make_mel_tables(linear, 0.1, -128)
    assert "without a logarithm" in refusal(linear, 1e-7, -128)
