# SPDX-License-Identifier: Apache-2.0
"""Records drawn over the keys from the spectrum to int8: power, logarithms, levels, normalisation.

The input of the model after each is fitted to the record: loud sounds at its upper end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.frontend.presets import YAMNET
from generator.frontend.record import (
    FrontendRecord,
    LogKind,
    MelNorm,
    MelScale,
    Spectrum,
    TriangleSides,
)

OCTAVES = {
    LogKind.LN: math.log(2.0),
    LogKind.LOG10: math.log10(2.0),
    LogKind.DB_POWER: 10.0 * math.log10(2.0),
    LogKind.DB_AMPLITUDE: 20.0 * math.log10(2.0),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A record and the quantisation of its model's input."""

    record: FrontendRecord
    scale: float
    zero_point: int


def draw_values(seed: int) -> Drawn:
    """A record of 512 points without a gate; few of them are refused."""
    draw = Random(seed)
    spectrum = draw.choice(list(Spectrum))
    full_scale = draw.choice([1.0, 1.0, 32768.0, 0.5])
    square = 2 if spectrum is Spectrum.POWER else 1
    keys: dict[str, Any] = {
        "spectrum": spectrum,
        "sample_full_scale": full_scale,
        "window_samples": draw.choice([256, 400, 512]),
        "hop_samples": draw.choice([160, 256]),
        "bands": draw.choice([1, 10, 40, 64, 128]),
        "low_hz": draw.choice([0.0, 20.0, 125.0, 300.0]),
        "high_hz": draw.choice([3800.0, 7600.0, 8000.0]),
        "mel_scale": draw.choice(list(MelScale)),
        "mel_norm": draw.choice(list(MelNorm)),
        "triangles": draw.choice(list(TriangleSides)),
        "log": draw.choice(list(LogKind)),
        "log_offset": 0.0,
        "silence_gate": None,
    }
    unit = full_scale**square
    if keys["log"] is LogKind.NONE:
        low, high = 0.0, 10.0 ** draw.uniform(-2.0, 2.0) * unit
        high *= 0.02 if keys["mel_norm"] is MelNorm.SLANEY else 1.0
    else:
        low, high = _levels(draw, keys, square, unit)
    low, high = _normalised(draw, keys, low, high)
    scale = (high - low) / 255.0 * draw.uniform(0.98, 1.05)  # no value is half a step by design
    zero_point = min(max(round(-128.0 - low / scale), -128), 127)
    return Drawn(YAMNET.model_copy(update=keys), scale, zero_point)


def _levels(draw: Random, keys: dict[str, Any], square: int, unit: float) -> tuple[float, float]:
    """Draw offset, floor and reference; return a range of the logarithm."""
    octave = OCTAVES[keys["log"]]
    level = 10.0 ** draw.uniform(-12.0 if square == 2 else -6.0, 1.0) * unit
    kind = draw.choice(["offset", "floor", "both", "lowest", "none"])
    keys["log_reference"] = draw.choice([1.0, 190.0, 3.0 * unit])
    if kind in ("offset", "both"):
        keys["log_offset"] = level
    if kind in ("floor", "both"):
        keys["log_floor"] = level * draw.choice([0.5, 1.0, 2.0])
    if kind == "lowest":
        keys["lowest_log"] = octave * math.log2(level / keys["log_reference"])
    top = octave * math.log2(100.0**square * unit / keys["log_reference"])
    return top - octave * draw.uniform(10.0, 25.0 if square == 2 else 20.0), top


def _normalised(draw: Random, keys: dict[str, Any], low: float, high: float) -> tuple[float, float]:
    """Draw mean and deviation; return the range that is left of `low` ... `high`."""
    middle, deviation = (low + high) / 2.0, (high - low) / 5.0
    kind = draw.choice(["none", "one", "each"])
    if kind == "none":
        return low, high
    if kind == "one":
        keys |= {"mean": middle, "deviation": deviation}
        return (low - middle) / deviation, (high - middle) / deviation
    bands = range(keys["bands"])
    keys["mean"] = tuple(middle + draw.uniform(-0.5, 0.5) * deviation for _ in bands)
    keys["deviation"] = tuple(deviation * draw.uniform(0.5, 2.0) for _ in bands)
    return -4.0, 4.0


def hard_and_usual_sound() -> NDArray[np.int16]:
    """Noise that fades, a chord, a full-scale square wave, a click, nothing: int16 [20000]."""
    rng = np.random.default_rng(5)
    fading = rng.normal(0.0, 1.0, 4000) * np.geomspace(8000.0, 20.0, 4000)
    time_s = np.arange(3000) / 16_000
    chord = sum(2500 * np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 1330.0, 5210.0))
    chord = chord + rng.normal(0.0, 30.0, 3000)
    square = np.where(np.sin(2 * np.pi * 440.0 * np.arange(2000) / 16_000) >= 0, 32767, -32768)
    click = rng.normal(0.0, 60.0, 3000)
    click[1500] = 32767
    nothing = np.zeros(8000)
    return np.clip(np.concatenate([fading, chord, square, click, nothing]), -32768, 32767).astype(
        np.int16
    )
