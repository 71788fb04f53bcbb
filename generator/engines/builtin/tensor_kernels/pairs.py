# SPDX-License-Identifier: Apache-2.0
"""Two tensors combined element by element, broadcast: ADD, SUB, MUL, MAXIMUM, MINIMUM, PRELU."""

from __future__ import annotations

from typing import Any

from generator.engines.builtin.c_tables import Record, Table, byte_table
from generator.engines.builtin.fixed_point import (
    add_scaling,
    product_multiplier,
    quotient_multiplier,
)
from generator.engines.builtin.spec import Call, Kernel, TensorCall
from generator.engines.builtin.tensor_kernels.boxes import (
    Box,
    broadcast_shape,
    broadcast_strides,
    make_box,
)
from generator.engines.builtin.tensor_kernels.scales import (
    range_text,
    scale_text,
    whole_range_text,
)
from generator.model.constraints.tensors import quantised_fault, shape_text
from generator.model.graph import Graph, Operator, Tensor


def shapes_broadcast(graph: Graph, operator: Operator) -> str | None:
    """Tensors that are combined must have shapes that fit: equal, or 1 along an axis.

    Give both branches the same rows, bands and channels.
    """
    first, second = graph.tensor_in(operator), graph.tensor_in(operator, 1)
    target = graph.tensor_out(operator)
    if broadcast_shape(first.shape, second.shape) != target.shape:
        return f"{shape_text(first.shape)} and {shape_text(second.shape)}"
    walkable = pair_box(first, second, target).is_walkable
    return None if walkable else f"{shape_text(target.shape)} has too many axes"


def int8_constants(graph: Graph, operator: Operator) -> str | None:
    """What a tensor is combined with must be int8 with one scale and one zero point.

    Convert with full integer quantisation (TFLITE_BUILTINS_INT8 and a representative_dataset).
    """
    tensors = (graph.tensor_in(operator, position) for position in (0, 1))
    return next((fault for tensor in tensors if (fault := quantised_fault(tensor))), None)


def constant_alpha(graph: Graph, operator: Operator) -> str | None:
    """PRELU must have constant slopes.

    Use the PReLU layer of Keras.
    """
    alpha = graph.tensor_in(operator, 1)
    return None if alpha.data is not None else f"tensor {alpha.index} is computed"


def one_quantisation(graph: Graph, operator: Operator) -> str | None:
    """MAXIMUM and MINIMUM must have one scale and zero point for inputs and output.

    Convert with the TensorFlow Lite converter, which sees to that.
    """
    tensors = [*(graph.tensor_in(operator, one) for one in (0, 1)), graph.tensor_out(operator)]
    scales = {tensor.quantisation for tensor in tensors}
    return None if len(scales) == 1 else f"there are {len(scales)}"


def pair_box(first: Tensor, second: Tensor, target: Tensor) -> Box:
    """The output's box, with the strides of both inputs."""
    strides = [broadcast_strides(one.shape, target.shape) for one in (first, second)]
    return make_box(target.shape, *strides)


def sum_kernel(call: TensorCall[Any], sign: int) -> Kernel:
    """ADD (sign 1) and SUB (sign -1)."""
    first, second, target = call.pair_quantisations
    scaling = add_scaling(first, second, target)
    pair, tables = _pair(call)
    layer = call.record(
        "struct tensor_sum_layer",
        ("pair", pair),
        ("sign", str(sign)),
        ("zeros", f"{{{first.zero_point}, {second.zero_point}}}"),
        ("scales", f"{{{scale_text(scaling.first)}, {scale_text(scaling.second)}}}"),
        ("scale", scale_text(scaling.result)),
        ("range", range_text(call.operator.activation, target)),
    )
    return _kernel("sum", layer, tables)


def multiply_kernel(call: TensorCall[Any]) -> Kernel:
    """MUL."""
    first, second, target = call.pair_quantisations
    pair, tables = _pair(call)
    layer = call.record(
        "struct tensor_multiply_layer",
        ("pair", pair),
        ("zeros", f"{{{first.zero_point}, {second.zero_point}}}"),
        ("scale", scale_text(product_multiplier(first, second, target))),
        ("range", range_text(call.operator.activation, target)),
    )
    return _kernel("multiply", layer, tables)


def extreme_kernel(call: TensorCall[Any], sign: int) -> Kernel:
    """MAXIMUM (sign 1) and MINIMUM (sign -1)."""
    pair, tables = _pair(call)
    layer = call.record("struct tensor_extreme_layer", ("pair", pair), ("sign", str(sign)))
    return _kernel("extreme", layer, tables)


def prelu_kernel(call: TensorCall[Any]) -> Kernel:
    """PRELU."""
    source, alpha, target = call.pair_quantisations
    pair, tables = _pair(call)
    layer = call.record(
        "struct tensor_prelu_layer",
        ("pair", pair),
        ("zeros", f"{{{source.zero_point}, {alpha.zero_point}}}"),
        ("positive", scale_text(quotient_multiplier(source, target))),
        ("negative", scale_text(product_multiplier(source, alpha, target))),
        ("range", whole_range_text(target.zero_point)),
    )
    return _kernel("prelu", layer, tables)


def _kernel(name: str, layer: Record, tables: tuple[Table, ...]) -> Kernel:
    path = f"tensor/{name}"
    return Kernel(f"tensor_{name}_s8", path, path, layer, tables, helpers=("tensor/pair",))


def _pair(call: Call[Any]) -> tuple[str, tuple[Table, ...]]:
    """The initialiser of the struct tensor_pair, and the tables of its constants."""
    tensors = [call.graph.tensor_in(call.operator, position) for position in (0, 1)]
    box = pair_box(tensors[0], tensors[1], call.tensor_out)
    operands: list[str] = []
    tables: list[Table] = []
    for position, tensor in enumerate(tensors):
        constant = "NULL"
        if tensor.data is not None:
            values = [int(value) for value in tensor.int8_values().ravel()]
            tables.append(byte_table(call.name(f"operand_{position}"), values))
            constant = tables[-1].name
        operands.append(f"{{{constant}, {box.strides_text(position)}}}")
    return f"{{{box.shape_text}, {{{', '.join(operands)}}}}}", tuple(tables)
