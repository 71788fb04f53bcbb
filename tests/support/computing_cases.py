# SPDX-License-Identifier: Apache-2.0
"""Random models of one operator that computes: convolutions, pools, sums, functions."""

from __future__ import annotations

import math

import numpy as np
import tflite

from tests.support.drawn import ACTIVATIONS, Random, Shape, drawn, shape_of, zero_of
from tests.support.single_operator import (
    Case,
    integers,
    quantised,
    table_of,
)
from tests.support.tflite_writer import TensorRecord


def convolution(random: Random, kind: str) -> Case:
    size, stride = shape_of(random, 2, 4), shape_of(random, 2, 3)
    dilation = shape_of(random, 2, 2) if stride == (1, 1) or random.integers(2) else (1, 1)
    same = bool(random.integers(2))
    reach = [(one - 1) * step + 1 for one, step in zip(size, dilation, strict=True)]
    height, width = (drawn(random, 1 if same else length, 9 + length) for length in reach)
    if kind == "CONV_2D":
        groups, inner, outer = (drawn(random, 1, 3) for _ in range(3))
        inputs, outputs = groups * inner, groups * outer
        kernel, axis = (outputs, *size, inner), 0
        table, more = "Conv2DOptions", {}
    else:
        inputs, multiplier = drawn(random, 1, 5), drawn(random, 1, 3)
        outputs = inputs * multiplier
        kernel, axis = (1, *size, outputs), 3
        table, more = "DepthwiseConv2DOptions", {"DepthMultiplier": multiplier}
    made = [
        -(-(length - (0 if same else one - 1)) // step)
        for length, one, step in zip((height, width), reach, stride, strict=True)
    ]
    count = outputs if random.integers(3) else 1
    root = math.sqrt(math.prod(kernel) / outputs)
    scales = random.uniform(0.5, 2.0, count).astype(np.float32) / np.float32(74.0)
    weights = TensorRecord(
        "weights", kernel, "INT8", tuple(map(float, scales)), (0,) * count, axis,
        random.integers(-127, 128, kernel).astype(np.int8),
    )  # fmt: skip
    bias = TensorRecord("bias", (outputs,), "INT32", tuple(float(s) for s in scales), (0,) * count)
    bias.data = random.normal(0, 3000, outputs).astype(np.int32)
    options = table_of(
        table,
        Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
        StrideH=stride[0], StrideW=stride[1],
        DilationHFactor=dilation[0], DilationWFactor=dilation[1],
        FusedActivationFunction=int(random.choice(ACTIVATIONS)), **more,
    )  # fmt: skip
    source = quantised("in", (1, height, width, inputs), 1.0, zero_of(random))
    target = quantised("out", (1, *made, outputs), 60.0 * root, zero_of(random))
    return Case(kind, [source, weights, bias], [target], options)


def dense(random: Random) -> Case:
    rows, inputs, outputs = shape_of(random, 2, 3), drawn(random, 1, 20), drawn(random, 1, 9)
    keeps = bool(random.integers(2))
    source = quantised("in", (1, *rows, inputs), 0.1, zero_of(random))
    count = outputs if random.integers(2) else 1
    weights = TensorRecord(
        "weights", (outputs, inputs), "INT8", (0.01,) * count, (0,) * count, 0,
        random.integers(-127, 128, (outputs, inputs)).astype(np.int8),
    )  # fmt: skip
    shape = (1, *rows, outputs) if keeps else (math.prod(rows), outputs)
    options = table_of(
        "FullyConnectedOptions",
        KeepNumDims=keeps,
        FusedActivationFunction=int(random.choice(ACTIVATIONS)),
    )
    return Case(
        "FULLY_CONNECTED",
        [source, weights, None],
        [quantised("out", shape, 0.07, zero_of(random))],
        options,
    )


def broadcast(random: Random) -> tuple[Shape, Shape, Shape]:
    rank = drawn(random, 1, 4)
    shape = shape_of(random, rank)
    kept = random.integers(0, 3, (2, rank)) > 0
    first, second = (
        tuple(length if keep else 1 for length, keep in zip(shape, row, strict=True))
        for row in kept
    )
    if random.integers(2):
        second = second[drawn(random, 0, rank - 1) :]
    if not random.integers(3):
        first = second = shape
    return first, second, np.broadcast_shapes(first, second)


def pair(random: Random, kind: str, table: str | None) -> Case:
    first, second, made = broadcast(random)
    scales = random.uniform(0.01, 0.2, 3)
    zeros = [zero_of(random) for _ in range(3)]
    if table is None:
        scales[:], zeros = scales[0], [zeros[0]] * 3
    if kind == "MUL":
        scales[2] = scales[0] * scales[1] * random.uniform(2, 80)
    data = random.integers(-128, 128, second).astype(np.int8) if random.integers(2) else None
    tensors = [
        quantised("first", first, scales[0], zeros[0]),
        quantised("second", second, scales[1], zeros[1], data),
    ]
    if data is not None and random.integers(2):
        tensors.reverse()
    options = None
    if table is not None:
        options = table_of(table, FusedActivationFunction=int(random.choice(ACTIVATIONS)))
    return Case(kind, list(tensors), [quantised("out", made, scales[2], zeros[2])], options)


def prelu(random: Random) -> Case:
    shape = (1, *shape_of(random, 3))
    alpha = tuple(length if random.integers(2) else 1 for length in shape[1:])
    values = random.integers(-128, 128, alpha).astype(np.int8)
    return Case(
        "PRELU",
        [
            quantised("in", shape, 0.1, zero_of(random)),
            quantised("alpha", alpha, 0.006, zero_of(random), values),
        ],
        [quantised("out", shape, float(random.uniform(0.06, 0.2)), zero_of(random))],
    )


SCALES_OF_PRODUCTS = (
    (0.015171634964644909, 0.025676781311631203, 0.07438532263040543, -4, -37),
    (0.033504668623209, 0.045883722603321075, 0.6614148616790771, -14, 116),
    (0.10275311768054962, 0.006604067049920559, 0.07541818916797638, 85, 78),
)
"""Two inputs' scales, the output's, two zero points: a multiplier in double precision is wrong."""


def matrices(random: Random) -> Case:
    """BATCH_MATMUL, of one matrix for all or one for each, transposed or not."""
    batches = shape_of(random, drawn(random, 0, 2), 3)
    rows, depth, columns = (drawn(random, 1, 7) for _ in range(3))
    flips = [bool(random.integers(2)) for _ in "ab"]
    shapes = [(depth, rows) if flips[0] else (rows, depth),
              (columns, depth) if flips[1] else (depth, columns)]  # fmt: skip
    alone = int(random.integers(4))
    outer = [batches if alone != one else (1,) * len(batches) for one in range(2)]
    scales = random.uniform(0.01, 0.2, 2)
    made = float(scales[0] * scales[1] * random.uniform(20, 200))
    tensors = [
        quantised(f"in{i}", (*outer[i], *shapes[i]), scales[i], zero_of(random)) for i in range(2)
    ]
    if not random.integers(3):
        tensors[1].data = random.integers(-128, 128, tensors[1].shape).astype(np.int8)
    return Case(
        "BATCH_MATMUL",
        list(tensors),
        [quantised("out", (*batches, rows, columns), made, zero_of(random))],
        table_of("BatchMatMulOptions", AdjX=flips[0], AdjY=flips[1]),
    )


def every_product(kind: str, scales: tuple[float, float, float, int, int]) -> Case:
    """MUL or PRELU of every pair of values."""
    first, second, made, *zeros = scales
    shape, by_column = (1, 8, 256, 256), (256,) if kind == "MUL" else (1, 1, 256)
    values = np.arange(-128, 128).astype(np.int8).reshape(by_column)
    return Case(
        kind,
        [
            quantised("in", shape, first, zeros[0]),
            quantised("values", by_column, second, zeros[1], values),
        ],
        [quantised("out", shape, made, 3)],
        table_of("MulOptions") if kind == "MUL" else None,
    )


def pool(random: Random, kind: str) -> Case:
    size, stride = shape_of(random, 2, 4), shape_of(random, 2, 3)
    same = bool(random.integers(2))
    height, width = (drawn(random, 1 if same else one, 10) for one in size)
    channels, scale, zero = drawn(random, 1, 5), 0.05, zero_of(random)
    made = [
        -(-(length - (0 if same else one - 1)) // step)
        for length, one, step in zip((height, width), size, stride, strict=True)
    ]
    options = table_of(
        "Pool2DOptions",
        Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
        StrideH=stride[0], StrideW=stride[1], FilterHeight=size[0], FilterWidth=size[1],
        FusedActivationFunction=int(random.choice(ACTIVATIONS)),
    )  # fmt: skip
    source = quantised("in", (1, height, width, channels), scale, zero)
    return Case(kind, [source], [quantised("out", (1, *made, channels), scale, zero)], options)


def reduction(random: Random, kind: str) -> Case:
    shape = shape_of(random, drawn(random, 1, 4))
    axes = [axis for axis in range(len(shape)) if random.integers(2)] or [0]
    keeps = bool(random.integers(2)) or len(axes) == len(shape)
    made = tuple(
        1 if axis in axes else length
        for axis, length in enumerate(shape)
        if keeps or axis not in axes
    )
    signed = [axis - len(shape) if random.integers(2) else axis for axis in axes]
    scales, zeros = (0.04, 0.04 * float(random.uniform(0.3, 5))), [zero_of(random) for _ in "ab"]
    if kind.startswith("REDUCE"):
        scales, zeros = scales[:1] * 2, zeros[:1] * 2
    return Case(
        kind,
        [quantised("in", shape, scales[0], zeros[0]), integers("axes", signed)],
        [quantised("out", made, scales[1], zeros[1])],
        table_of("ReducerOptions", KeepDims=keeps),
    )


def softmax(random: Random, kind: str) -> Case:
    shape = (*shape_of(random, drawn(random, 1, 3), 4), drawn(random, 2, 20))
    options = table_of("SoftmaxOptions", Beta=1.0) if kind == "SOFTMAX" else None
    source = quantised("in", shape, float(random.uniform(0.01, 0.4)), zero_of(random))
    scale, zero = (1 / 16, 127) if kind == "LOG_SOFTMAX" else (1 / 256, -128)
    return Case(kind, [source], [quantised("out", shape, scale, zero)], options)


TABLES: dict[str, tuple[str, dict[str, float]] | None] = {
    "QUANTIZE": None,
    "TANH": None,
    "ELU": None,
    "GELU": ("GeluOptions", {"Approximate": False}),
    "RELU": None,
    "RELU6": None,
    "RELU_N1_TO_1": None,
    "RELU_0_TO_1": None,
    "LEAKY_RELU": ("LeakyReluOptions", {"Alpha": 0.3}),
    "HARD_SWISH": None,
}


def function(random: Random, kind: str) -> Case:
    """A function of one value, on every value there is."""
    scale = float(np.exp(random.uniform(np.log(0.003), np.log(0.4))))
    target = scale * float(random.uniform(1.0 if kind == "HARD_SWISH" else 0.3, 1.5))
    target = 1 / 128 if kind == "TANH" else target
    zeros = (zero_of(random), 0 if kind == "TANH" else zero_of(random))
    options = TABLES[kind]
    fields = dict(options[1]) if options else {}
    if kind == "LEAKY_RELU":
        fields["Alpha"] = float(random.uniform(0.01, 1.2))
    if kind == "GELU":
        fields["Approximate"] = bool(random.integers(2))
    return Case(
        kind,
        [quantised("in", (1, 16, 64), scale, zeros[0])],
        [quantised("out", (1, 16, 64), target, zeros[1])],
        table_of(options[0], **fields) if options else None,
    )
