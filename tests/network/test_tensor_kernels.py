# SPDX-License-Identifier: Apache-2.0
"""Each operator on whole tensors, compiled with sanitizers, against the reference interpreter."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.support.single_operator import (
    Case,
    check_cases,
    integers,
    quantised,
    table_of,
)
from tests.support.tflite_writer import TensorRecord

Activation = tflite.ActivationFunctionType
ACTIVATIONS = (Activation.NONE, Activation.RELU, Activation.RELU6, Activation.RELU_N1_TO_1)
Random = np.random.Generator
Shape = tuple[int, ...]


def drawn(random: Random, low: int, high: int) -> int:
    return int(random.integers(low, high + 1))


def shape_of(random: Random, rank: int, largest: int = 6) -> Shape:
    return tuple(drawn(random, 1, largest) for _ in range(rank))


def zero_of(random: Random) -> int:
    return drawn(random, -128, 127)


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


def transpose(random: Random) -> Case:
    rank = drawn(random, 2, 4)
    shape, order = shape_of(random, rank), random.permutation(rank)
    made = tuple(shape[axis] for axis in order)
    return Case(
        "TRANSPOSE",
        [quantised("in", shape, 0.1, 3), integers("order", order)],
        [quantised("out", made, 0.1, 3)],
    )


def strided_slice(random: Random) -> Case:
    shape = shape_of(random, drawn(random, 1, 4))
    begins, ends, steps, made = [], [], [], []
    masks = {"BeginMask": 0, "EndMask": 0, "ShrinkAxisMask": 0}
    for axis, length in enumerate(shape):
        begin, step = drawn(random, 0, length - 1), int(random.choice([1, 1, 2, 3, -1, -2]))
        end = drawn(random, begin + 1, length + 2) if step > 0 else drawn(random, -1, begin - 1)
        if not random.integers(3):
            masks["BeginMask"] |= 1 << axis
        if end < 0 or not random.integers(3):
            masks["EndMask"] |= 1 << axis
        if not random.integers(4) and axis:
            masks["ShrinkAxisMask"] |= 1 << axis
            masks["BeginMask"] &= ~(1 << axis)
            begin, end, step = (begin - length, begin - length + 1, 1)
        else:
            low = None if masks["BeginMask"] >> axis & 1 else begin
            high = None if masks["EndMask"] >> axis & 1 else end
            made.append(len(range(length)[slice(low, high, step)]))
        begins.append(begin)
        ends.append(end)
        steps.append(step)
    if 0 in made:
        return strided_slice(random)
    return Case(
        "STRIDED_SLICE",
        [
            quantised("in", shape, 0.1, 3),
            *(integers(name, one) for name, one in zip("bes", (begins, ends, steps), strict=True)),
        ],
        [quantised("out", tuple(made), 0.1, 3)],
        table_of("StridedSliceOptions", **masks),
    )


def slice_(random: Random) -> Case:
    shape = shape_of(random, drawn(random, 1, 4))
    begins = [drawn(random, 0, length - 1) for length in shape]
    sizes = [drawn(random, 1, length - one) for length, one in zip(shape, begins, strict=True)]
    stated = [
        -1 if one + size == length and random.integers(2) else size
        for one, size, length in zip(begins, sizes, shape, strict=True)
    ]
    return Case(
        "SLICE",
        [quantised("in", shape, 0.1, 3), integers("begin", begins), integers("size", stated)],
        [quantised("out", tuple(sizes), 0.1, 3)],
    )


def split(random: Random) -> Case:
    rank, count = drawn(random, 1, 4), drawn(random, 1, 4)
    part, axis = list(shape_of(random, rank, 4)), drawn(random, 0, rank - 1)
    whole = [length * count if one == axis else length for one, length in enumerate(part)]
    named = axis - rank if random.integers(2) else axis
    axis_tensor = TensorRecord("axis", (), "INT32", data=np.array(named, dtype=np.int32))
    return Case(
        "SPLIT",
        [axis_tensor, quantised("in", tuple(whole), 0.1, 3)],
        [quantised(f"out{i}", tuple(part), 0.1, 3) for i in range(count)],
        table_of("SplitOptions", NumSplits=count),
    )


def split_v(random: Random) -> Case:
    rank = drawn(random, 1, 4)
    part, axis = list(shape_of(random, rank, 4)), drawn(random, 0, rank - 1)
    sizes = [drawn(random, 1, 4) for _ in range(drawn(random, 1, 4))]

    def along(length: int) -> Shape:
        return tuple(length if one == axis else size for one, size in enumerate(part))

    axis_tensor = TensorRecord("axis", (), "INT32", data=np.array(axis, dtype=np.int32))
    return Case(
        "SPLIT_V",
        [quantised("in", along(sum(sizes)), 0.1, 3), integers("sizes", sizes), axis_tensor],
        [quantised(f"out{i}", along(size), 0.1, 3) for i, size in enumerate(sizes)],
        table_of("SplitVOptions", NumSplits=len(sizes)),
    )


def unpack(random: Random) -> Case:
    shape = shape_of(random, drawn(random, 2, 4), 4)
    axis = drawn(random, 0, len(shape) - 1)
    part = shape[:axis] + shape[axis + 1 :]
    return Case(
        "UNPACK",
        [quantised("in", shape, 0.1, 3)],
        [quantised(f"out{i}", part, 0.1, 3) for i in range(shape[axis])],
        table_of("UnpackOptions", Num=shape[axis], Axis=axis),
    )


def pack(random: Random) -> Case:
    shape, count = shape_of(random, drawn(random, 1, 3), 4), drawn(random, 1, 4)
    axis = drawn(random, 0, len(shape))
    return Case(
        "PACK",
        [quantised(f"in{i}", shape, 0.1, 3) for i in range(count)],
        [quantised("out", (*shape[:axis], count, *shape[axis:]), 0.1, 3)],
        table_of("PackOptions", ValuesCount=count, Axis=axis),
    )


def concatenation(random: Random) -> Case:
    rank = drawn(random, 1, 4)
    shape, axis = list(shape_of(random, rank)), drawn(random, 0, rank - 1)
    pieces: list[TensorRecord | None] = []
    joined = 0
    for number in range(drawn(random, 1, 4)):
        shape[axis] = drawn(random, 1, 5)
        joined += shape[axis]
        constant = number and not random.integers(3)
        data = random.integers(-128, 128, shape).astype(np.int8) if constant else None
        pieces.append(quantised(f"in{number}", tuple(shape), 0.1, 3, data))
    shape[axis] = joined
    named = axis - rank if random.integers(2) else axis
    options = table_of("ConcatenationOptions", Axis=named)
    return Case("CONCATENATION", pieces, [quantised("out", tuple(shape), 0.1, 3)], options)


def pad(random: Random, kind: str) -> Case:
    shape = shape_of(random, drawn(random, 1, 4))
    borders = random.integers(0, 4, (len(shape), 2))
    zero = zero_of(random)
    made = tuple(length + int(sum(one)) for length, one in zip(shape, borders, strict=True))
    inputs: list[TensorRecord | None] = [
        quantised("in", shape, 0.1, zero),
        integers("borders", borders),
    ]
    if kind == "PADV2":
        value = random.integers(-128, 128, ()).astype(np.int8)
        inputs.append(quantised("value", (), 0.1, zero, value))
    return Case(kind, inputs, [quantised("out", made, 0.1, zero)])


def softmax(random: Random, kind: str) -> Case:
    shape = (*shape_of(random, drawn(random, 1, 3), 4), drawn(random, 2, 20))
    options = table_of("SoftmaxOptions", Beta=1.0) if kind == "SOFTMAX" else None
    source = quantised("in", shape, float(random.uniform(0.01, 0.4)), zero_of(random))
    return Case(kind, [source], [quantised("out", shape, 1 / 256, -128)], options)


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


MAKERS: dict[str, Callable[[Random], Case]] = {
    "CONV_2D": lambda random: convolution(random, "CONV_2D"),
    "DEPTHWISE_CONV_2D": lambda random: convolution(random, "DEPTHWISE_CONV_2D"),
    "FULLY_CONNECTED": dense,
    "ADD": lambda random: pair(random, "ADD", "AddOptions"),
    "SUB": lambda random: pair(random, "SUB", "SubOptions"),
    "MUL": lambda random: pair(random, "MUL", "MulOptions"),
    "MAXIMUM": lambda random: pair(random, "MAXIMUM", None),
    "MINIMUM": lambda random: pair(random, "MINIMUM", None),
    "PRELU": prelu,
    "MAX_POOL_2D": lambda random: pool(random, "MAX_POOL_2D"),
    "AVERAGE_POOL_2D": lambda random: pool(random, "AVERAGE_POOL_2D"),
    "MEAN": lambda random: reduction(random, "MEAN"),
    "REDUCE_MAX": lambda random: reduction(random, "REDUCE_MAX"),
    "REDUCE_MIN": lambda random: reduction(random, "REDUCE_MIN"),
    "TRANSPOSE": transpose,
    "STRIDED_SLICE": strided_slice,
    "SLICE": slice_,
    "SPLIT": split,
    "SPLIT_V": split_v,
    "UNPACK": unpack,
    "PACK": pack,
    "CONCATENATION": concatenation,
    "PAD": lambda random: pad(random, "PAD"),
    "PADV2": lambda random: pad(random, "PADV2"),
    "SOFTMAX": lambda random: softmax(random, "SOFTMAX"),
    "LOGISTIC": lambda random: softmax(random, "LOGISTIC"),
}


for _kind in TABLES:
    MAKERS[_kind] = functools.partial(function, kind=_kind)


def cases(kind: str, count: int) -> Sequence[Case]:
    random = np.random.default_rng(sum(kind.encode()))
    made = [MAKERS[kind](random) for _ in range(count)]
    for seed, case in enumerate(made):
        case.seed = seed
    return made


@pytest.mark.parametrize("kind", MAKERS)
def test_whole_tensors_are_the_interpreters(kind: str, tmp_path: Path) -> None:
    check_cases(cases(kind, 16), tmp_path)
