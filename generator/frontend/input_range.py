# SPDX-License-Identifier: Apache-2.0
"""What the range of a model's input suggests of the features that it was trained on."""

from __future__ import annotations

import math
from enum import StrEnum

from generator.model.graph import Graph

OFFSET_TOLERANCE = 0.45
"""Nepers: how near the lowest value lies to the logarithm of an offset."""


class FeatureKind(StrEnum):
    """What the values of an input can be; the text is for a sentence."""

    DB_BELOW_MAXIMUM = "dB below the loudest of a clip (top_db)"
    DB = "dB"
    LN = "natural logarithms"
    NORMALISED = "values with their mean subtracted, divided by their deviation (z-score)"
    UNIT = "values scaled to 0 ... 1"
    PCAN = "PCAN features of micro_speech"
    LINEAR = "values without a logarithm"
    UNKNOWN = "no kind that its range identifies"


def real_range(scale: float, zero_point: int) -> tuple[float, float]:
    """The real values that the least and the greatest int8 stand for."""
    return (-128 - zero_point) * scale, (127 - zero_point) * scale


def kind_of_range(low: float, high: float) -> FeatureKind:
    """The kind of features whose range this can be."""
    span = high - low
    from_zero = low >= -0.02 * span
    kinds = (
        (FeatureKind.UNIT, from_zero and high <= 1.1),
        (FeatureKind.PCAN, from_zero and high <= 30),
        (FeatureKind.LINEAR, from_zero),
        (FeatureKind.DB_BELOW_MAXIMUM, low <= -55 and abs(high) <= 0.05 * span),
        (FeatureKind.DB, span >= 45),
        (FeatureKind.LN, low <= -5.5 and offset_near(low) is not None),
        (FeatureKind.NORMALISED, low >= -7 and high <= 10),
        (FeatureKind.LN, low < -7),
    )
    return next((kind for kind, fits in kinds if fits), FeatureKind.UNKNOWN)


def offset_near(low: float) -> float | None:
    """The power of ten whose natural logarithm the lowest value is; None: it is none."""
    exponent = round(low / math.log(10.0))
    near = abs(low - exponent * math.log(10.0)) <= OFFSET_TOLERANCE
    return 10.0**exponent if near and exponent <= -2 else None


def suggestion(graph: Graph) -> tuple[str, ...]:
    """Lines on what a model's input tells of itself; none where it is not quantised."""
    if not graph.inputs or graph.inputs[0] < 0:
        return ()
    tensor = graph.tensors[graph.inputs[0]]
    shape = " x ".join(map(str, tensor.shape))
    if tensor.quantisation is None or len(tensor.quantisation.scales) != 1:
        return (f"its input is {shape}, {tensor.dtype.lower()}",)
    zero_point = tensor.quantisation.zero_point - (128 if tensor.dtype == "UINT8" else 0)
    low, high = real_range(tensor.quantisation.scale, zero_point)
    text = f"its input is {shape}, values from {low:.4g} to {high:.4g}"
    kind = kind_of_range(low, high)
    if kind is FeatureKind.UNKNOWN:
        return (text,)
    offset = offset_near(low) if kind is FeatureKind.LN else None
    added = f", as ln(x + {offset:g}) gives" if offset is not None else ""
    return (f"{text}:", f"these look like {kind.value}{added}")
