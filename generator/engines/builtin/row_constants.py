# SPDX-License-Identifier: Apache-2.0
"""ADD, SUB and MUL of rows and a constant of the channels: batch normalisation before a RELU."""

from __future__ import annotations

from typing import Any

import numpy as np

from generator.engines.builtin.c_tables import int32_table, signed, unsigned
from generator.engines.builtin.channels import output_range
from generator.engines.builtin.fixed_point import (
    ADD_LEFT_SHIFT,
    INT8_MIN,
    Multiplier,
    add_scaling,
    multiply,
    product_multiplier,
)
from generator.engines.builtin.spec import Kernel, RowCall
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator, Quantisation, Tensor

NO_SCALE = Multiplier(0, 0)


def one_is_constant(graph: Graph, operator: Operator) -> bool:
    """Whether an operator combines a tensor with a constant."""
    return len(operator.data_inputs) == 1


def not_by_channel(graph: Graph, operator: Operator) -> str | None:
    """What keeps an operator with a constant from taking rows as they come."""
    if not one_is_constant(graph, operator):
        return "both of its inputs are computed"
    source, constant = _operands(graph, operator)
    target = graph.tensor_out(operator).shape
    channels = target[-1]
    by_channel = constant.element_count == 1 or (
        constant.shape[-1] == channels == constant.element_count
    )
    if source.shape == target and len(target) == 4 and by_channel:
        return None
    return f"{shape_text(source.shape)} and {shape_text(constant.shape)}"


def _operands(graph: Graph, operator: Operator) -> tuple[Tensor, Tensor]:
    """What is computed, and the constant."""
    first, second = graph.tensor_in(operator), graph.tensor_in(operator, 1)
    return (second, first) if first.data is not None else (first, second)


def _quantisation(tensor: Tensor) -> Quantisation:
    assert tensor.quantisation
    return tensor.quantisation


def constant_sum(call: RowCall[Any], sign: int) -> Kernel:
    """ADD (sign 1) and SUB (sign -1)."""
    graph, operator = call.graph, call.operator
    scaling = add_scaling(
        _quantisation(graph.tensor_in(operator)),
        _quantisation(graph.tensor_in(operator, 1)),
        _quantisation(call.tensor_out),
    )
    constant_first = graph.tensor_in(operator).data is not None
    scales = (scaling.second, scaling.first) if constant_first else (scaling.first, scaling.second)
    signs = (sign, 1) if constant_first else (1, sign)
    terms = [signs[1] * multiply(one << ADD_LEFT_SHIFT, scales[1]) for one in _reals(call)]
    return _kernel(call, "add", terms, (signs[0], scales[0], scaling.result))


def constant_product(call: RowCall[Any]) -> Kernel:
    """MUL."""
    graph, operator = call.graph, call.operator
    first, second = (_quantisation(graph.tensor_in(operator, one)) for one in (0, 1))
    scale = product_multiplier(first, second, _quantisation(call.tensor_out))
    return _kernel(call, "multiply", _reals(call), (1, NO_SCALE, scale))


def _reals(call: RowCall[Any]) -> list[int]:
    """The constant of each channel, without its zero point."""
    _, constant = _operands(call.graph, call.operator)
    values = constant.int8_values().ravel().astype(np.int64) - _quantisation(constant).zero_point
    channels = call.tensor_out.shape[-1]
    return [int(one) for one in np.broadcast_to(values, (channels,))]


def _kernel(
    call: RowCall[Any], name: str, terms: list[int], how: tuple[int, Multiplier, Multiplier]
) -> Kernel:
    sign, scale, result = how
    source, _ = _operands(call.graph, call.operator)
    target = _quantisation(call.tensor_out)
    _, _, pixels, channels = call.tensor_out.shape
    table = int32_table(call.name("terms"), terms)
    layer = call.record(
        "struct constant_layer",
        *unsigned({"channels": channels, "pixels": pixels, "channel_stride": call.channel_stride}),
        ("zero", str(_quantisation(source).zero_point - INT8_MIN)),
        ("terms", table.name),
        *signed(
            {
                "sign": sign,
                "input_multiplier": scale.mantissa,
                "input_shift": scale.shift,
                "multiplier": result.mantissa,
                "shift": result.shift,
            }
        ),
        ("range", output_range(call.operator.activation, target).text),
    )
    path = f"constant_{name}"
    return Kernel(f"{path}_combine_row_u8", path, "constant", layer, (table,))
