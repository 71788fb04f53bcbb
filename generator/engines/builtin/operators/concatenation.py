# SPDX-License-Identifier: Apache-2.0
"""CONCATENATION along any axis."""

from __future__ import annotations

from generator.engines.builtin.constraints.joins import all_int8, pieces_fit
from generator.engines.builtin.constraints.tensors import same_quantisation
from generator.engines.builtin.row_moves import join_row_kernel, joins_no_rows
from generator.engines.builtin.spec import (
    BuiltinOperator,
    Kernel,
    OnRows,
    OnTensors,
    RowCall,
    TensorCall,
    any_shapes,
)
from generator.engines.builtin.tensor_kernels.rearrange import concatenate_kernel
from generator.model.graph import Graph, Operator
from generator.model.options import Activation, ConcatenationOptions


def no_activation(graph: Graph, operator: Operator) -> str | None:
    """CONCATENATION must have no fused activation.

    Convert with the TensorFlow Lite converter, which puts the activation into each branch.
    """
    activation = operator.activation
    return None if activation is Activation.NONE else f"it has {activation.value}"


def _axis(graph: Graph, operator: Operator) -> int:
    return operator.options_of(ConcatenationOptions).axis % len(graph.tensor_out(operator).shape)


def _pieces_fit(graph: Graph, operator: Operator) -> str | None:
    return pieces_fit(graph, operator, operator.options_of(ConcatenationOptions).axis)


_pieces_fit.__doc__ = pieces_fit.__doc__


def _kernel(call: TensorCall[None]) -> Kernel:
    return concatenate_kernel(call, _axis(call.graph, call.operator), joins=True)


def _joins_no_rows(graph: Graph, operator: Operator) -> str | None:
    return joins_no_rows(graph, operator, _axis(graph, operator))


def _combine(call: RowCall[None]) -> Kernel:
    return join_row_kernel(call, _axis(call.graph, call.operator))


OPERATOR = BuiltinOperator(
    kind="CONCATENATION",
    shapes=any_shapes,
    constraints=((all_int8,), (no_activation, same_quantisation, _pieces_fit)),
    on_rows=OnRows(refuses=_joins_no_rows, combine=_combine),
    on_tensors=OnTensors(_kernel),
)
