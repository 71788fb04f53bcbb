# SPDX-License-Identifier: Apache-2.0
"""A network that has all that takes rows as they come, beside what other networks have."""

from __future__ import annotations

import numpy as np
import tflite

from tests.support.drawn import Shape
from tests.support.model_builder import NO_ACTIVATION, RELU, ModelBuilder, Weights
from tests.support.single_operator import integers, quantised
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import TensorRecord


def rows_network(frames: int = 14, bands: int = 9, channels: int = 4) -> ModelBuilder:
    """Borders, pools over them, parts of the channels, pairs, joins, slopes, dilation, extremes."""
    model = ModelBuilder(frames, bands).conv(channels, activation=NO_ACTIVATION)
    tail, random = Tail(model), np.random.default_rng(2)
    rows, pixels = frames + 3, bands + 3
    padded, part = (1, rows, pixels, channels), (1, rows, pixels, channels // 2)
    borders = integers("borders", np.array([[0, 0], [2, 1], [1, 2], [0, 0]]))
    tail.add("PAD", [model.current, borders], [padded])
    window = {"Padding": tflite.Padding.SAME, "StrideH": 1, "StrideW": 1}
    source = model.current
    most = tail.add("MAX_POOL_2D", [source], [padded], "Pool2DOptions",
                    FilterHeight=3, FilterWidth=2, **window)[0]  # fmt: skip
    mean = tail.add("AVERAGE_POOL_2D", [source], [padded], "Pool2DOptions",
                    FilterHeight=2, FilterWidth=3, **window)[0]  # fmt: skip
    tail.add("SUB", [most, mean], [padded], "SubOptions", scale=0.05, zero=5)
    tail.add("MUL", [model.current, mean], [padded], "MulOptions", scale=0.04, zero=-9)
    slopes = random.integers(-128, 128, (1, 1, channels)).astype(np.int8)
    alpha = quantised("alpha", slopes.shape, 0.006, 3, slopes)
    tail.add("PRELU", [model.current, alpha], [padded], scale=0.03, zero=2)
    axis = TensorRecord("axis", (), "INT32", data=np.array(3, dtype=np.int32))
    low, high = tail.add("SPLIT", [axis, model.current], [part] * 2, "SplitOptions", NumSplits=2)
    larger = tail.add("MAXIMUM", [low, high], [part])[0]
    smaller = tail.add("MINIMUM", [low, high], [part])[0]
    joined = (1, rows, pixels, 3 * (channels // 2))
    tail.add("CONCATENATION", [larger, smaller, high], [joined], "ConcatenationOptions", Axis=-1)
    bounds = [integers(name, one) for name, one in (
        ("b", [0, 0, pixels - 1, 1]), ("e", [1, rows, 0, joined[3]]), ("s", [1, 1, -2, 1]),
    )]  # fmt: skip
    cut = (1, rows, pixels // 2, joined[3] - 1)
    tail.add("STRIDED_SLICE", [model.current, *bounds], [cut], "StridedSliceOptions")
    _dilated(tail, "CONV_2D", (5, 3, 3, cut[3]), 0)
    _dilated(tail, "DEPTHWISE_CONV_2D", (1, 3, 3, 5), 3)
    axes = integers("axes", [1, 2])
    tail.add("REDUCE_MAX", [model.current, axes], [(1, 5)], "ReducerOptions", KeepDims=False)
    return model.dense(3).softmax()


def _dilated(tail: Tail, kind: str, kernel: Shape, axis: int) -> None:
    """A convolution whose taps lie two rows and two bands apart."""
    model = tail.model
    source = model.current
    constants, target = model._weighted(kind.lower(), Weights(kernel, axis, RELU, True))
    shape = (*model.tensors[source].shape[:3], kernel[axis])
    depthwise = kind.startswith("DEPTHWISE")
    tail.add(
        kind, [source, *constants], [shape],
        "DepthwiseConv2DOptions" if depthwise else "Conv2DOptions",
        scale=target.scales[0], zero=target.zero_points[0],
        Padding=tflite.Padding.SAME, StrideH=1, StrideW=1, DilationHFactor=2, DilationWFactor=2,
        FusedActivationFunction=RELU, **({"DepthMultiplier": 1} if depthwise else {}),
    )  # fmt: skip
