# SPDX-License-Identifier: Apache-2.0
"""How operators that only move elements are turned; None where they cannot be.

Axes are renumbered by the order of ours: the file's axis `axis` is our `order.index(axis)`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model.arrangement import own_axes, renamed
from generator.model.graph import Operator
from generator.model.options import (
    ConcatenationOptions,
    DimensionsOptions,
    StridedSliceOptions,
)
from generator.model.turned_axes import (
    Places,
    Rule,
    Turned,
    exchanged,
    list_of,
    order_of,
    with_order,
    without_axes,
)


def concatenation(places: Places, operator: Operator) -> Turned | None:
    """Tensors joined along an axis: all in one order."""
    options = operator.options
    orders = {order_of(places, index) for index in operator.data_inputs}
    order = next(iter(orders))
    if len(orders) != 1 or order is None or not isinstance(options, ConcatenationOptions):
        return None
    new: dict[int, int] = {}
    for position, index in enumerate(operator.inputs):
        tensor = places.graph.tensors[index]
        if tensor.data is not None:
            new[position] = places.constant(index, tensor.int8_values().transpose(order))
    axis = order.index(options.axis % len(order))
    outputs = with_order(places, operator, order)
    return Turned(outputs, exchanged(operator.inputs, new), replace(options, axis=axis))


def pad(places: Places, operator: Operator) -> Turned | None:
    """A border: two numbers for each axis."""
    order, borders = order_of(places, operator.inputs[0]), list_of(places, operator, 1)
    if order is None or borders is None or len(borders) != 2 * len(order):
        return None
    table = np.array(borders, "<i4").reshape(-1, 2)[list(order)]
    new = {1: places.constant(operator.inputs[1], table)}
    return Turned(with_order(places, operator, order), exchanged(operator.inputs, new))


def slice(places: Places, operator: Operator) -> Turned | None:
    """A box: begin and size of each axis."""
    order = order_of(places, operator.inputs[0])
    lists = [list_of(places, operator, position) for position in (1, 2)]
    if order is None or any(one is None or len(one) != len(order) for one in lists):
        return None
    new = {
        position: places.integers([one[axis] for axis in order])
        for position, one in enumerate(lists, start=1)
        if one is not None
    }
    return Turned(with_order(places, operator, order), exchanged(operator.inputs, new))


def strided_slice(places: Places, operator: Operator) -> Turned | None:
    """A part by steps: begin, end, step and the bits of each axis."""
    options, order = operator.options, order_of(places, operator.inputs[0])
    lists = [list_of(places, operator, position) for position in (1, 2, 3)]
    if not isinstance(options, StridedSliceOptions) or order is None:
        return None
    if any(one is None or len(one) != len(order) for one in lists):
        return None
    if options.ellipsis_mask or options.new_axis_mask or options.offset:
        return None

    def bits(mask: int) -> int:
        return sum(1 << ours for ours, axis in enumerate(order) if mask & (1 << axis))

    new = {
        position: places.integers([one[axis] for axis in order])
        for position, one in enumerate(lists, start=1)
        if one is not None
    }
    turned = replace(
        options,
        begin_mask=bits(options.begin_mask),
        end_mask=bits(options.end_mask),
        shrink_axis_mask=bits(options.shrink_axis_mask),
    )
    gone = [axis for axis in order if options.shrink_axis_mask & (1 << axis)]
    outputs = with_order(places, operator, without_axes(order, gone))
    return Turned(outputs, exchanged(operator.inputs, new), turned)


def split_along(position: int) -> Rule:
    """SPLIT and SPLIT_V: the axis is the input at `position`."""

    def rule(places: Places, operator: Operator) -> Turned | None:
        order = order_of(places, operator.data_inputs[0])
        axes = list_of(places, operator, position)
        if order is None or axes is None or len(axes) != 1:
            return None
        axis = order.index(axes[0] % len(order))
        new = {position: places.integers([axis])}
        return Turned(with_order(places, operator, order), exchanged(operator.inputs, new))

    return rule


def transpose(places: Places, operator: Operator) -> Turned | None:
    """The elements stay where they are: the output's order is what moves."""
    order, moves = order_of(places, operator.inputs[0]), list_of(places, operator, 1)
    if order is None or moves is None or len(moves) != len(order):
        return None
    output = own_axes(
        places.graph.tensor_out(operator).shape, tuple(moves.index(axis) for axis in order)
    )
    new = {1: places.integers(range(len(order)))}
    return Turned((output,), exchanged(operator.inputs, new), only_renames=True)


def renaming(places: Places, operator: Operator) -> Turned | None:
    """RESHAPE, SQUEEZE and EXPAND_DIMS: the same axes, or all of them as one."""
    source, target = operator.data_inputs[0], places.graph.tensor_out(operator)
    arrangement = places.arrangement(source)
    output = renamed(arrangement, target.shape) if arrangement else None
    if output is None:
        return None
    inputs: tuple[int, ...] = (source,)
    if operator.kind == "RESHAPE":
        inputs = (source, places.integers(output.turned_shape))
    return Turned((output,), inputs, DimensionsOptions(), only_renames=True)
