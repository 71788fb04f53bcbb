# SPDX-License-Identifier: Apache-2.0
"""BATCH_MATMUL of two tensors, or of one and a constant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from generator.engines.builtin.c_tables import Table, byte_table, unsigned
from generator.engines.builtin.fixed_point import matrix_product_multiplier
from generator.engines.builtin.spec import Kernel, TensorCall
from generator.engines.builtin.tensor_kernels.scales import scale_text, whole_range_text
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import BatchMatMulOptions

MOST_SUMMED = (1 << 31) // (256 * 256)
"""Products of two int8 values, each without its zero point, that 32 bits hold."""


@dataclass(frozen=True, slots=True)
class MatrixSteps:
    """Elements from one batch, row (or column) and summand to the next."""

    batches: int
    outer: int
    depth: int
    outer_step: int
    inner_step: int


def steps_of(graph: Graph, operator: Operator, position: int) -> MatrixSteps:
    """Of the first (0) or the second (1) matrix, as its options have it transposed or not."""
    shape = graph.tensor_in(operator, position).shape
    options = operator.options_of(BatchMatMulOptions)
    rows, columns = shape[-2:]
    outer_is_last = options.transpose_first if position == 0 else not options.transpose_second
    batches = math.prod(shape[:-2])
    if outer_is_last:
        return MatrixSteps(batches, columns, rows, 1, columns)
    return MatrixSteps(batches, rows, columns, columns, 1)


def matrices_fit(graph: Graph, operator: Operator) -> str | None:
    """BATCH_MATMUL must take matrices that fit, of the same outer axes, or one matrix for all.

    Give both sides the same outer axes.
    """
    shapes = [graph.tensor_in(operator, position).shape for position in (0, 1)]
    text = " x ".join(map(shape_text, shapes))
    if min(map(len, shapes)) < 2:
        return text
    first, second = (steps_of(graph, operator, position) for position in (0, 1))
    batched = max(shapes, key=lambda shape: (math.prod(shape[:-2]), len(shape)))[:-2]
    for shape in shapes:
        outer = (1,) * (len(batched) - len(shape) + 2) + shape[:-2]
        if outer != batched and math.prod(outer) != 1:
            return text
    made = (*batched, first.outer, second.outer)
    if first.depth != second.depth or made != graph.tensor_out(operator).shape:
        return text
    return None if first.depth < MOST_SUMMED else f"{first.depth} products overflow the sum"


def matrix_product_kernel(call: TensorCall[Any]) -> Kernel:
    """BATCH_MATMUL."""
    graph, operator = call.graph, call.operator
    quantisations = [graph.tensor_in(operator, position).quantisation for position in (0, 1)]
    first, second = quantisations
    target = call.tensor_out.quantisation
    assert first and second and target
    steps = [steps_of(graph, operator, position) for position in (0, 1)]
    tables: list[Table] = []
    matrices: list[str] = []
    for position, (one, quantisation) in enumerate(zip(steps, (first, second), strict=True)):
        tensor, constant = graph.tensor_in(operator, position), "NULL"
        if tensor.data is not None:
            values = [int(value) for value in tensor.int8_values().ravel()]
            tables.append(byte_table(call.name(f"matrix_{position}"), values))
            constant = tables[-1].name
        batch_step = one.outer * one.depth if one.batches > 1 else 0
        numbers = f"{batch_step}u, {one.outer_step}u, {one.inner_step}u"
        matrices.append(f"{{{constant}, {numbers}, {quantisation.zero_point}}}")
    layer = call.record(
        "struct tensor_matrix_product_layer",
        *unsigned(
            {
                "batches": max(one.batches for one in steps),
                "rows": steps[0].outer,
                "columns": steps[1].outer,
                "depth": steps[0].depth,
            }
        ),
        ("matrices", f"{{{', '.join(matrices)}}}"),
        ("scale", scale_text(matrix_product_multiplier(first, second, target))),
        ("range", whole_range_text(target.zero_point)),
    )
    path = "tensor/matrix_product"
    return Kernel("tensor_matrix_product_s8", path, path, layer, tuple(tables))


def products_of_matrices(graph: Graph, operator: Operator) -> int:
    """Multiply-accumulates."""
    return graph.tensor_out(operator).element_count * steps_of(graph, operator, 0).depth
