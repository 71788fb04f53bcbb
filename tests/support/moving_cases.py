# SPDX-License-Identifier: Apache-2.0
"""Random models of one operator that only moves elements."""

from __future__ import annotations

import numpy as np

from tests.support.drawn import Random, Shape, drawn, shape_of, zero_of
from tests.support.single_operator import (
    Case,
    integers,
    quantised,
    table_of,
)
from tests.support.tflite_writer import TensorRecord


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


def fill(random: Random) -> Case:
    shape, zero = shape_of(random, drawn(random, 1, 4)), zero_of(random)
    value = random.integers(-128, 128, ()).astype(np.int8)
    return Case(
        "FILL",
        [integers("shape", shape), quantised("value", (), 0.1, zero, value)],
        [quantised("out", shape, 0.1, zero)],
    )


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
