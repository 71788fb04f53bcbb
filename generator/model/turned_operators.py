# SPDX-License-Identifier: Apache-2.0
"""How each kind of operator is turned; None where it cannot be, with these inputs.

A rule is asked where a data input lies otherwise than in the file. Axes are renumbered by the order
of ours: the file's axis `axis` is our `order.index(axis)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from generator.model import turned_moves
from generator.model.arrangement import Arrangement, own_axes
from generator.model.graph import Operator
from generator.model.options import (
    Borders,
    ConvolutionOptions,
    DenseOptions,
    PoolOptions,
    ReduceOptions,
    WindowOptions,
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

EXCHANGED = (0, 2, 1, 3)
"""Rows and columns of a (1, rows, columns, channels)."""


def _window(places: Places, operator: Operator) -> Turned | None:
    """Convolutions and pools: kernel, stride and dilation with rows and columns exchanged."""
    options = operator.options
    if order_of(places, operator.inputs[0]) != EXCHANGED or not isinstance(options, WindowOptions):
        return None
    padding = options.padding
    if isinstance(padding, Borders):
        padding = padding.turned()
    turned: WindowOptions = replace(options, stride=options.stride[::-1], padding=padding)
    inputs = None
    if isinstance(turned, PoolOptions):
        turned = replace(turned, size=turned.size[::-1])
    if isinstance(turned, ConvolutionOptions):
        turned = replace(turned, dilation=turned.dilation[::-1])
        kernel = places.graph.tensor_in(operator, 1)
        if kernel.data is None or kernel.dtype != "INT8" or len(kernel.shape) != 4:
            return None
        values = kernel.int8_values().transpose(EXCHANGED)
        inputs = exchanged(operator.inputs, {1: places.constant(kernel.index, values)})
    return Turned(with_order(places, operator, EXCHANGED), inputs, turned)


def _each_element(places: Places, operator: Operator) -> Turned | None:
    """Functions of one element: the output lies as the input."""
    arrangement = places.arrangement(operator.data_inputs[0])
    if arrangement is None or len(operator.data_inputs) != 1 or len(operator.outputs) != 1:
        return None
    same = places.graph.tensor_out(operator).shape == arrangement.shape
    return Turned((arrangement,)) if same else None


def _pair(places: Places, operator: Operator) -> Turned | None:
    """Two tensors element by element, broadcast: both in one order, constants turned with it."""
    graph, target = places.graph, places.graph.tensor_out(operator)
    arrangement = next(one for index in operator.data_inputs if (one := places.arrangement(index)))
    if len(operator.inputs) != 2 or len(arrangement.shape) != len(target.shape):
        return None
    output = replace(arrangement, shape=target.shape)
    if arrangement.keeps_axes:
        output = own_axes(target.shape, arrangement.order)
    elif arrangement.shape != target.shape:
        return None
    new: dict[int, int] = {}
    for position, index in enumerate(operator.inputs):
        tensor = graph.tensors[index]
        if tensor.element_count == 1:
            continue
        if not arrangement.keeps_axes:
            wanted = arrangement if tensor.shape == target.shape else None
        else:
            padded = (1,) * (len(target.shape) - len(tensor.shape)) + tensor.shape
            wanted = own_axes(padded, arrangement.order)
        if wanted is None:
            return None
        if tensor.data is None:
            found = places.arrangement(index)
            if found != wanted and not (found is None and wanted.changes_nothing):
                return None
        elif not wanted.changes_nothing:
            new[position] = places.constant(index, wanted.turn(tensor.int8_values()))
    return Turned((output,), exchanged(operator.inputs, new))


def _reduction(places: Places, operator: Operator) -> Turned | None:
    """Sums, means and extremes over axes: whole numbers, in whatever order."""
    order, axes = order_of(places, operator.inputs[0]), list_of(places, operator, 1)
    if order is None or axes is None or not isinstance(operator.options, ReduceOptions):
        return None
    gone = {axis % len(order) for axis in axes}
    left = order if operator.options.keep_dims else without_axes(order, sorted(gone))
    new = {1: places.integers(sorted(order.index(axis) for axis in gone))}
    return Turned(with_order(places, operator, left), exchanged(operator.inputs, new))


def _dense(places: Places, operator: Operator) -> Turned | None:
    """FULLY_CONNECTED on all elements: the columns of its weights as the elements lie."""
    arrangement = places.arrangement(operator.inputs[0])
    weights, options = places.graph.tensor_in(operator, 1), operator.options
    if arrangement is None or not isinstance(options, DenseOptions) or not options.plain_weights:
        return None
    if weights.data is None or weights.dtype != "INT8" or len(weights.shape) != 2:
        return None
    outputs, columns = weights.shape
    if columns != places.graph.tensor_in(operator).element_count:
        return _dense_of_channels(places, operator, arrangement)
    axes = (0, *(1 + axis for axis in arrangement.order))
    values = weights.int8_values().reshape(outputs, *arrangement.factors).transpose(axes)
    turned = places.constant(weights.index, values.reshape(outputs, columns))
    return Turned((None,), exchanged(operator.inputs, {1: turned}))


def _dense_of_channels(
    places: Places, operator: Operator, arrangement: Arrangement
) -> Turned | None:
    """FULLY_CONNECTED at each place of a tensor, along its last axis."""
    source, target = places.graph.tensor_in(operator), places.graph.tensor_out(operator)
    last = len(source.shape) - 1
    if not arrangement.keeps_axes or arrangement.order[-1] != last:
        return None
    if target.shape[:-1] != source.shape[:-1]:
        return None
    return Turned(with_order(places, operator, arrangement.order))


def _along_channels(places: Places, operator: Operator) -> Turned | None:
    """SOFTMAX and LOG_SOFTMAX: along the last axis, which must stay the last."""
    arrangement = places.arrangement(operator.inputs[0])
    if arrangement is None or not arrangement.keeps_axes:
        return None
    stays = arrangement.order[-1] == len(arrangement.order) - 1
    return _each_element(places, operator) if stays else None


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"), _window),
    **dict.fromkeys(
        (
            *("RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1", "LEAKY_RELU", "ELU", "GELU"),
            *("HARD_SWISH", "LOGISTIC", "TANH", "QUANTIZE", "DEQUANTIZE"),
        ),
        _each_element,
    ),
    **dict.fromkeys(("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "PRELU"), _pair),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"), _reduction),
    **dict.fromkeys(("RESHAPE", "SQUEEZE", "EXPAND_DIMS"), turned_moves.renaming),
    **dict.fromkeys(("PAD", "PADV2"), turned_moves.pad),
    "CONCATENATION": turned_moves.concatenation,
    "SLICE": turned_moves.slice,
    "STRIDED_SLICE": turned_moves.strided_slice,
    "SPLIT": turned_moves.split_along(0),
    "SPLIT_V": turned_moves.split_along(2),
    "TRANSPOSE": turned_moves.transpose,
    "FULLY_CONNECTED": _dense,
    **dict.fromkeys(("SOFTMAX", "LOG_SOFTMAX"), _along_channels),
}
"""By kind. Any other kind gets its inputs in the file's order."""
