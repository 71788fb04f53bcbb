# SPDX-License-Identifier: Apache-2.0
"""Keys of `mfcc` and `pcan` that contradict another, or are out of range: each is named."""

from __future__ import annotations

import math

import pytest

from generator.frontend.dct_tables import mfcc_faults
from generator.frontend.feature_scale import normalisation_faults
from generator.frontend.pcan_tables import pcan_faults
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord, LogKind, MelNorm, Mfcc, Pcan, Spectrum
from tests.frontend.test_pcan import MICRO_SPEECH

KEYWORDS = YAMNET.model_copy(update={"mfcc": Mfcc(coefficients=10)})


def places(record: FrontendRecord, scale: float | None = None) -> list[str]:
    return [fault.where for fault in [*mfcc_faults(record, scale), *pcan_faults(record, scale)]]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"coefficients": 64}, []),
        ({"coefficients": 63, "first": 1}, []),
        ({"coefficients": 65}, ["mfcc: coefficients"]),
        ({"coefficients": 64, "first": 1}, ["mfcc: coefficients"]),
        ({"coefficients": 0}, ["mfcc: coefficients"]),
        ({"coefficients": 10**30}, ["mfcc: coefficients"]),
        ({"coefficients": 10, "first": -1}, ["mfcc: first"]),
        ({"coefficients": 10, "lifter": 1e-310}, ["mfcc: lifter"]),
        ({"coefficients": 10, "lifter": 22.0}, []),
        ({"coefficients": 0, "first": -1, "lifter": -2.0}, ["first", "coefficients", "lifter"]),
    ],
)
def test_keys_of_mfcc(settings: dict[str, float], expected: list[str]) -> None:
    record = YAMNET.model_copy(update={"mfcc": Mfcc(**settings)})  # type: ignore[arg-type]
    wanted = [place if ":" in place else f"mfcc: {place}" for place in expected]
    assert places(record) == wanted


def test_a_dct_needs_a_logarithm() -> None:
    assert places(KEYWORDS.model_copy(update={"log": LogKind.NONE})) == ["mfcc"]


def test_a_scale_that_feels_the_logarithms_error_is_refused_with_the_least() -> None:
    assert mfcc_faults(KEYWORDS, 0.5) == []
    (fault,) = mfcc_faults(KEYWORDS, 1e-4)
    least = float(fault.remedy.split(" scale of ")[1].split(" ")[0])
    assert mfcc_faults(KEYWORDS, least * 1.1) == []
    assert mfcc_faults(KEYWORDS, least * 0.9) != []


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"smoothing_bits": 11}, ["pcan: smoothing_bits"]),
        ({"smoothing_bits": -1}, ["pcan: smoothing_bits"]),
        ({"even_smoothing": 1.1, "odd_smoothing": -0.1}, ["even_smoothing", "odd_smoothing"]),
        ({"min_signal_remaining": 2.0}, ["min_signal_remaining"]),
        ({"strength": 3.0, "offset": 0.0}, ["strength", "offset"]),
        ({"gain_bits": 14}, ["gain_bits"]),
        ({"gain_bits": 32}, ["gain_bits"]),
        ({"log_shift": 13, "output_scale": 0.0}, ["log_shift", "output_scale"]),
        ({"gain_bits": 15, "smoothing_bits": 10, "offset": 1e6, "strength": 2.0}, []),
    ],
)
def test_keys_of_pcan(keys: dict[str, float], expected: list[str]) -> None:
    record = MICRO_SPEECH.model_copy(update={"pcan": Pcan(**keys)})  # type: ignore[arg-type]
    wanted = [place if ":" in place else f"pcan: {place}" for place in expected]
    assert places(record) == wanted


def test_an_output_of_pcan_coarser_than_int8_is_refused() -> None:
    assert pcan_faults(MICRO_SPEECH, 0.1016) == []
    coarse = MICRO_SPEECH.model_copy(update={"pcan": Pcan(output_scale=40.0)})
    assert places(coarse, 0.1016) == ["pcan: output_scale"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, []),
        ({"log": LogKind.LN}, ["log"]),
        ({"mfcc": Mfcc(coefficients=10), "log": LogKind.LN}, ["mfcc", "log"]),
        ({"spectrum": Spectrum.MAGNITUDE}, ["spectrum"]),
        ({"sample_full_scale": 1.0}, ["sample_full_scale"]),
        ({"mel_norm": MelNorm.SLANEY}, ["mel_norm"]),
        (
            {"log_offset": 1e-6, "log_floor": 1e-9, "log_reference": 2.0, "lowest_log": -80.0},
            ["log_offset", "log_floor", "log_reference", "lowest_log"],
        ),
        ({"fft_samples": 32}, ["fft_samples"]),
    ],
)
def test_keys_beside_pcan(keys: dict[str, object], expected: list[str]) -> None:
    assert places(MICRO_SPEECH.model_copy(update=keys)) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"mean": (1.0, 2.0)}, ["mean"]),
        ({"mean": (1.0,) * 64, "deviation": (1.0,) * 10}, ["mean"]),
        ({"deviation": 0.0}, ["deviation"]),
        ({"deviation": (*((1.0,) * 9), -1.0)}, ["deviation"]),
        ({"mean": 1e9}, ["mean"]),
        ({"mean": 1e9, "deviation": 1e-300}, ["deviation"]),
        ({"mean": math.pi, "deviation": (2.0,) * 10}, []),
    ],
)
def test_mean_and_deviation_are_those_of_the_features(
    keys: dict[str, object], expected: list[str]
) -> None:
    record = KEYWORDS.model_copy(update=keys)
    assert [fault.where for fault in normalisation_faults(record, 0.5)] == expected
