# SPDX-License-Identifier: Apache-2.0
"""Records drawn at random over every key, as people write them, and a sound to try them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.frontend.record import (
    DctNorm,
    FrontendRecord,
    LogKind,
    MelNorm,
    MelScale,
    SilenceGate,
    Spectrum,
    TriangleSides,
    WindowShape,
    ZerosAt,
)
from tests.frontend.float_record import real_features

FFT_SAMPLES = tuple(2**power for power in range(5, 14))
RATES_HZ = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000)
DECIBELS = (LogKind.DB_POWER, LogKind.DB_AMPLITUDE)

Keys = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A record and the quantisation of the input of the model after it."""

    record: FrontendRecord
    scale: float
    zero_point: int


def sound(record: FrontendRecord) -> NDArray[np.int16]:
    """Hard and usual: some thirty frames, at least twelve of the longest transforms.

    Noise that fades, a chord, a square wave and a tone of full scale, a click, noise of one step,
    nothing. Not longer than the slow twin likes.
    """
    count = max(12 * record.frame_samples, 30 * record.hop_samples, 2500)
    count = min(count, record.frame_samples + 400 * record.hop_samples, 60_000)
    rng = np.random.default_rng(5)
    parts = [int(count * share) for share in (0.2, 0.2, 0.1, 0.1, 0.12, 0.08)]
    fading = rng.normal(0.0, 1.0, parts[0]) * np.geomspace(8000.0, 20.0, parts[0])
    turns = 2 * np.pi * np.arange(count)
    chord = sum(2500 * np.sin(share * turns[: parts[1]]) for share in (0.014, 0.083, 0.325))
    chord = chord + rng.normal(0.0, 30.0, parts[1])
    square = np.where(np.sin(0.0275 * turns[: parts[2]]) >= 0, 32_767, -32_768)
    tone = 32_767 * np.sin(0.0618034 * turns[: parts[3]])
    click = rng.normal(0.0, 60.0, parts[4])
    click[parts[4] // 2] = 32_767
    steps = rng.integers(-1, 2, parts[5])
    nothing = np.zeros(count - sum(parts))
    whole = np.concatenate([fading, chord, square, tone, click, steps, nothing])
    return np.clip(np.rint(whole), -32_768, 32_767).astype(np.int16)


def _one_of(draw: Random, *values: Any) -> Any:
    return draw.choice(values)


def _decade(draw: Random, low: float, high: float) -> float:
    """10 to the power of a number drawn between the two."""
    return float(10.0 ** draw.uniform(low, high))


def _frame_keys(draw: Random) -> Keys:
    fft = draw.choice(list(FFT_SAMPLES))
    window = _one_of(draw, fft, max(16, fft * 3 // 4), draw.randint(16, fft))
    hop = _one_of(draw, window // 2, max(16, window // 3), window, draw.randint(16, 2 * fft))
    return {
        "fft_samples": fft,
        "window_samples": window,
        "hop_samples": max(hop, 16),
        "window": draw.choice(list(WindowShape)),
        "window_symmetric": _one_of(draw, False, False, True),
        "zeros": draw.choice(list(ZerosAt)),
        "centred": _one_of(draw, False, True),
        "pre_emphasis": _one_of(draw, 0.0, 0.0, 0.97, draw.uniform(0.1, 0.99)),
        "silence_gate": _one_of(draw, None, None, SilenceGate(hangover_ms=20.0)),
    }


def _band_keys(draw: Random, fft: int) -> Keys:
    rate = _one_of(draw, *RATES_HZ, draw.randint(8_000, 48_000))
    bins = fft // 2
    return {
        "sample_rate_hz": rate,
        "sample_full_scale": _one_of(draw, 1.0, 1.0, 32_768.0),
        "spectrum": draw.choice(list(Spectrum)),
        "bands": _one_of(draw, min(40, bins), min(64, bins), draw.randint(1, min(bins, 256))),
        "low_hz": _one_of(draw, 0.0, 20.0, 125.0, 300.0),
        "high_hz": _one_of(draw, rate / 2, 0.47 * rate, 3_800.0),
        "mel_scale": draw.choice(list(MelScale)),
        "mel_norm": draw.choice(list(MelNorm)),
        "triangles": draw.choice(list(TriangleSides)),
    }


def _log_keys(draw: Random, keys: Keys) -> Keys:
    """Offsets and floors as libraries have them for samples of full scale 1, and their like."""
    power = 2.0 if keys["spectrum"] is Spectrum.POWER else 1.0
    unit = keys["sample_full_scale"] ** power
    kind = _one_of(draw, LogKind.LN, LogKind.LN, LogKind.LOG10, *DECIBELS, *DECIBELS)
    made: Keys = {"log": kind}
    least = unit * (_decade(draw, -10, -5) if power == 2.0 else _decade(draw, -6, -3))
    made["log_floor" if kind in DECIBELS or draw.random() < 0.5 else "log_offset"] = least
    if draw.random() < 0.1:
        made |= {"log_offset": least, "log_floor": 3.0 * least}
    if kind in DECIBELS:
        made["log_reference"] = unit * _one_of(draw, 1.0, 1.0, _decade(draw, -2, 3))
        if draw.random() < 0.5:
            made["lowest_log"] = draw.uniform(-90.0, -30.0)
    return made


def _mfcc_keys(draw: Random, keys: Keys) -> Keys:
    first = _one_of(draw, 0, 0, 1) if keys["bands"] > 1 else 0
    most = keys["bands"] - first
    count = _one_of(draw, min(10, most), min(13, most), draw.randint(1, most))
    lifter = _one_of(draw, 0.0, 0.0, 22.0)
    norm = draw.choice(list(DctNorm))
    return {"mfcc": {"coefficients": count, "first": first, "norm": norm, "lifter": lifter}}


def _pcan_keys(draw: Random, keys: Keys) -> Keys:
    settings: Keys = {}
    if draw.random() < 0.5:
        settings = {
            "even_smoothing": draw.uniform(0.01, 0.1),
            "odd_smoothing": draw.uniform(0.01, 0.1),
            "min_signal_remaining": draw.uniform(0.01, 0.2),
            "strength": draw.uniform(0.5, 1.0),
            "offset": draw.uniform(10.0, 200.0),
            "enabled": draw.random() < 0.5,
        }
    return {
        "pcan": settings,
        "fft_samples": max(keys["fft_samples"], 64),
        "log": LogKind.NONE,
        "spectrum": Spectrum.POWER,
        "mel_norm": MelNorm.NONE,
        "sample_full_scale": 32_768.0,
    }


def _normalised(
    draw: Random, record: FrontendRecord, values: NDArray[np.float64]
) -> FrontendRecord:
    """With mean and deviation of these features: none, one number each, one a band each."""
    kind = _one_of(draw, "none", "none", "one", "each")
    if kind == "none":
        return record
    axis = None if kind == "one" else 0
    mean, deviation = (
        values.mean(axis=axis),
        np.maximum(values.std(axis=axis), 0.2 * values.std() + 0.01),
    )
    plain = [tuple(v.tolist()) if kind == "each" else float(v) for v in (mean, deviation)]
    return record.model_copy(update={"mean": plain[0], "deviation": plain[1]})


def cases(kind: str) -> st.SearchStrategy[Case]:
    """Records of one of `KINDS`. A seed draws a whole record: no two are alike in most keys."""
    return st.randoms(use_true_random=True).map(lambda draw: draw_case(draw, kind))


def draw_case(draw: Random, kind: str) -> Case:
    """A record, and a quantisation fitted to its features, or nearly so."""
    keys = _frame_keys(draw)
    keys |= _band_keys(draw, keys["fft_samples"])
    keys |= KINDS[kind](draw, keys)
    record = FrontendRecord.model_validate(keys)
    values = real_features(record, sound(record))
    record = _normalised(draw, record, values)
    normal = (values - np.array(record.mean)) / np.array(record.deviation)
    low, high = float(normal.min()), float(normal.max())
    scale = max(high - low, 0.5) / 255.0 * draw.uniform(0.6, 1.5)
    zero_point = int(np.clip(np.rint(-128 - low / scale), -128, 127))
    return Case(record, scale, zero_point)


KINDS: Mapping[str, Callable[[Random, Keys], Keys]] = MappingProxyType(
    {
        "logarithms": _log_keys,
        "mfcc": lambda draw, keys: _log_keys(draw, keys) | _mfcc_keys(draw, keys),
        "pcan": _pcan_keys,
        "linear": lambda draw, keys: {"log": LogKind.NONE},
    }
)
