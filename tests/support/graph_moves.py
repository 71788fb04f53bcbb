# SPDX-License-Identifier: Apache-2.0
"""Layers of a random graph that only move elements."""

from __future__ import annotations

import math

import numpy as np

from tests.support.drawn import Shape, drawn
from tests.support.graph_layers import LARGEST_TENSOR, Draft
from tests.support.single_operator import integers, quantised
from tests.support.tflite_writer import TensorRecord

MOST_PARTS = 4


def _without(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]


def joined(draft: Draft) -> bool:
    """CONCATENATION, or PACK, of tensors that differ along one axis."""
    random = draft.random
    first = draft.pick(lambda shape: len(shape) >= 2)
    if first is None:
        return False
    shape = draft.shape(first)
    axis = len(shape) - 1 if not draft.chance(3) else drawn(random, 1, len(shape) - 1)
    if draft.chance(5) and len(shape) < 4:
        second = draft.constant(shape, draft.scale(first), draft.zero(first))
        made = (*shape[:axis], 2, *shape[axis:])
        draft.add("PACK", [first, first if draft.chance(2) else draft.tail.model._add(second)],
                  [made], "PackOptions", ValuesCount=2, Axis=axis)  # fmt: skip
        return True
    pieces: list[int | TensorRecord] = [first]
    whole = shape[axis]
    for other in draft.live:
        candidate = draft.shape(other)
        fits = len(candidate) == len(shape) and _without(candidate, axis) == _without(shape, axis)
        if other != first and fits and len(pieces) < MOST_PARTS and not draft.chance(3):
            pieces.append(draft.like(other, first))
            whole += candidate[axis]
    if draft.chance(4):
        pieces.append(draft.constant(shape, draft.scale(first), draft.zero(first)))
        whole += shape[axis]
    made = (*shape[:axis], whole, *shape[axis + 1 :])
    if len(pieces) < 2 or math.prod(made) > LARGEST_TENSOR:
        return False
    named = axis - len(shape) if draft.chance(2) else axis
    draft.add("CONCATENATION", pieces, [made], "ConcatenationOptions", Axis=named)
    return True


def padded(draft: Draft) -> bool:
    """PAD, PADV2."""
    source = draft.pick(lambda shape: len(shape) >= 2 and math.prod(shape) < LARGEST_TENSOR // 4)
    if source is None:
        return False
    shape = draft.shape(source)
    borders = np.array([[0, 0], *draft.random.integers(0, 3, (len(shape) - 1, 2))])
    if len(shape) == 4 and draft.chance(2):
        borders[3] = 0
    made = tuple(length + int(sum(one)) for length, one in zip(shape, borders, strict=True))
    inputs: list[int | TensorRecord] = [source, integers("borders", borders)]
    if draft.chance(3):
        value = draft.random.integers(-128, 128, ()).astype(np.int8)
        inputs.append(quantised("value", (), draft.scale(source), draft.zero(source), value))
    draft.add("PADV2" if len(inputs) == 3 else "PAD", inputs, [made])
    return True


def cut(draft: Draft) -> bool:
    """SLICE, STRIDED_SLICE."""
    source = draft.pick(lambda shape: len(shape) >= 2)
    if source is None:
        return False
    shape, random = draft.shape(source), draft.random
    begins = [0] + [drawn(random, 0, (length - 1) // 2) for length in shape[1:]]
    steps = [1] * len(shape)
    if draft.chance(2):
        sizes = [1] + [drawn(random, 1, n - b) for n, b in
                       list(zip(shape, begins, strict=True))[1:]]  # fmt: skip
        draft.add("SLICE", [source, integers("b", begins), integers("n", sizes)], [tuple(sizes)])
        return True
    steps[1:] = [drawn(random, 1, 2) for _ in shape[1:]]
    made = tuple(len(range(b, n, s)) for b, n, s in zip(begins, shape, steps, strict=True))
    bounds = [integers(name, one) for name, one in zip("bes", (begins, shape, steps), strict=True)]
    draft.add("STRIDED_SLICE", [source, *bounds], [made], "StridedSliceOptions")
    return True


def taken_apart(draft: Draft) -> bool:
    """SPLIT, SPLIT_V, UNPACK."""
    random = draft.random
    source = draft.pick(lambda shape: len(shape) >= 2 and max(shape[1:]) >= 2)
    if source is None:
        return False
    shape = draft.shape(source)
    axis = int(random.choice([one for one in range(1, len(shape)) if shape[one] >= 2]))
    length = shape[axis]
    if len(shape) > 2 and length <= MOST_PARTS and draft.chance(2):
        draft.add("UNPACK", [source], [_without(shape, axis)] * length, "UnpackOptions",
                  Num=length, Axis=axis)  # fmt: skip
        return True

    def part(size: int) -> Shape:
        return (*shape[:axis], size, *shape[axis + 1 :])

    where = TensorRecord("axis", (), "INT32", data=np.array(axis, dtype=np.int32))
    even = [one for one in range(2, MOST_PARTS + 1) if length % one == 0]
    if even and draft.chance(2):
        count = int(random.choice(even))
        draft.add("SPLIT", [where, source], [part(length // count)] * count, "SplitOptions",
                  NumSplits=count)  # fmt: skip
        return True
    first = drawn(random, 1, length - 1)
    sizes = [first, length - first]
    draft.add("SPLIT_V", [source, integers("sizes", sizes), where], [part(one) for one in sizes],
              "SplitVOptions", NumSplits=2)  # fmt: skip
    return True


def turned(draft: Draft) -> bool:
    """TRANSPOSE that keeps the batch."""
    source = draft.pick(lambda shape: len(shape) >= 3)
    if source is None:
        return False
    shape = draft.shape(source)
    order = [0, *(1 + draft.random.permutation(len(shape) - 1))]
    made = tuple(shape[axis] for axis in order)
    draft.add("TRANSPOSE", [source, integers("order", order)], [made])
    return True


def renamed(draft: Draft) -> bool:
    """RESHAPE, EXPAND_DIMS, SQUEEZE."""
    random = draft.random
    source = draft.pick()
    assert source is not None
    shape = draft.shape(source)
    squeezed = tuple(length for length in shape if length > 1)
    if len(squeezed) >= 2 and draft.chance(2):
        draft.add("SQUEEZE", [source], [squeezed])
        return True
    if len(shape) < 4 and draft.chance(2):
        axis = drawn(random, 1, len(shape))
        made = (*shape[:axis], 1, *shape[axis:])
        draft.add("EXPAND_DIMS", [source, integers("axis", [axis])], [made])
        return True
    if len(shape) < 3:
        return False
    made = (shape[0], shape[1] * shape[2], *shape[3:])
    draft.add("RESHAPE", [source, integers("shape", made)], [made])
    return True
