# SPDX-License-Identifier: Apache-2.0
"""Operators that compute shapes, done once: SHAPE and what a converter puts after it.

A Flatten without a fixed batch becomes SHAPE, STRIDED_SLICE, PACK and RESHAPE. The batch is 1, so
every shape of the graph is known, and such operators make constants. The others keep their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.model.graph import Graph, Operator, Tensor
from generator.model.options import (
    AxisOptions,
    ConcatenationOptions,
    GatherOptions,
    ReduceOptions,
    StridedSliceOptions,
)

Integers = NDArray[np.int64]
Inputs = tuple[Integers, ...]

ITEMS: Mapping[str, np.dtype[Any]] = {"INT32": np.dtype("<i4"), "INT64": np.dtype("<i8")}
MOST_ELEMENTS = 64
"""Of a tensor that is taken for a shape or a part of one."""


def without_shape_arithmetic(graph: Graph) -> Graph:
    """The graph with constants in place of all that follows from its shapes alone."""
    tensors = list(graph.tensors)
    kept: list[Operator] = []
    for operator in graph.operators:
        made = _result(operator, tensors)
        if made is None:
            kept.append(operator)
        else:
            tensors[made.index] = made
    if len(kept) == len(graph.operators) or not kept:
        return graph
    operators = tuple(
        replace(one, data_inputs=_without_constants(one, tensors))
        for one in _still_used(graph, kept)
    )
    return replace(graph, tensors=tuple(tensors), operators=operators)


def _still_used(graph: Graph, kept: list[Operator]) -> list[Operator]:
    """The operators without those that were there for their shape alone."""
    numbers = {one.index for one in kept}
    asked = {t for one in graph.operators if one.index not in numbers for t in one.inputs}
    used = {tensor for one in kept for tensor in one.inputs} | set(graph.outputs)
    for operator in reversed(kept):
        made = set(operator.outputs)
        if made and made & asked and not made & used:
            asked |= set(operator.inputs)
            numbers.discard(operator.index)
            used = {t for one in kept if one.index in numbers for t in one.inputs}
            used |= set(graph.outputs)
    return [one for one in kept if one.index in numbers]


def _without_constants(operator: Operator, tensors: list[Tensor]) -> tuple[int, ...]:
    return tuple(one for one in operator.data_inputs if one < 0 or tensors[one].data is None)


def _result(operator: Operator, tensors: list[Tensor]) -> Tensor | None:
    """The constant that an operator makes; None where it is none, or not understood."""
    if len(operator.outputs) != 1 or min(operator.inputs, default=-1) < 0:
        return None
    target = tensors[operator.outputs[0]]
    if target.dtype not in ITEMS or target.element_count > MOST_ELEMENTS:
        return None
    if operator.kind == "SHAPE":
        values = np.array(tensors[operator.inputs[0]].shape, dtype=np.int64)
    else:
        inputs = [_values(tensors[index]) for index in operator.inputs]
        compute = COMPUTED.get(operator.kind)
        if compute is None or any(one is None for one in inputs):
            return None
        try:
            values = compute(operator, tuple(one for one in inputs if one is not None))
        except (ValueError, IndexError, TypeError, ZeroDivisionError):
            return None  # the file contradicts itself: the operator is refused as it stands
    if values.size != math.prod(target.shape) or min(values.ravel(), default=0) < -(1 << 31):
        return None
    return replace(target, data=values.astype(ITEMS[target.dtype]).tobytes())


def _values(tensor: Tensor) -> Integers | None:
    if tensor.data is None or tensor.dtype not in ITEMS or tensor.element_count > MOST_ELEMENTS:
        return None
    items = np.frombuffer(tensor.data, ITEMS[tensor.dtype])
    return np.asarray(items.reshape(tensor.shape), dtype=np.int64)


def _strided_slice(operator: Operator, inputs: Inputs) -> Integers:
    options = operator.options_of(StridedSliceOptions)
    source, begins, ends, steps = inputs
    if options.ellipsis_mask or options.new_axis_mask or options.offset:
        raise ValueError("a slice of another form")
    where: list[Any] = []
    for axis, (begin, end, step) in enumerate(zip(begins, ends, steps, strict=True)):
        bit = 1 << axis
        if options.shrink_axis_mask & bit:
            where.append(int(begin))
            continue
        low = None if options.begin_mask & bit else int(begin)
        high = None if options.end_mask & bit else int(end)
        where.append(slice(low, high, int(step)))
    return np.asarray(source[tuple(where)], dtype=np.int64)


def _slice(operator: Operator, inputs: Inputs) -> Integers:
    source, begins, sizes = inputs
    where = tuple(
        slice(int(begin), None if size < 0 else int(begin + size))
        for begin, size in zip(begins.ravel(), sizes.ravel(), strict=True)
    )
    return np.asarray(source[where])


def _pack(operator: Operator, inputs: Inputs) -> Integers:
    return np.stack(inputs, axis=operator.options_of(AxisOptions).axis)


def _concatenate(operator: Operator, inputs: Inputs) -> Integers:
    return np.concatenate(inputs, axis=operator.options_of(ConcatenationOptions).axis)


def _gather(operator: Operator, inputs: Inputs) -> Integers:
    options = operator.options_of(GatherOptions)
    if options.batch_dims:
        raise ValueError("a gather of another form")
    return np.take(inputs[0], inputs[1], axis=options.axis)


def _product(operator: Operator, inputs: Inputs) -> Integers:
    keeps = operator.options_of(ReduceOptions).keep_dims
    axes = tuple(int(axis) for axis in inputs[1].ravel())
    return np.asarray(np.prod(inputs[0], axis=axes, keepdims=keeps))


def _same(operator: Operator, inputs: Inputs) -> Integers:
    return inputs[0]


COMPUTED: Mapping[str, Callable[[Operator, Inputs], Integers]] = {
    "STRIDED_SLICE": _strided_slice,
    "SLICE": _slice,
    "PACK": _pack,
    "CONCATENATION": _concatenate,
    "GATHER": _gather,
    "REDUCE_PROD": _product,
    "ADD": lambda operator, inputs: inputs[0] + inputs[1],
    "SUB": lambda operator, inputs: inputs[0] - inputs[1],
    "MUL": lambda operator, inputs: inputs[0] * inputs[1],
    "CAST": _same,
    "RESHAPE": _same,
    "SQUEEZE": _same,
    "EXPAND_DIMS": _same,
}
