# SPDX-License-Identifier: Apache-2.0
"""How much of a network waits for the last frame of a patch, however it is scheduled.

A row of a layer can be made when the last row of its window has come; what needs the patch's last
row cannot be made before. The products of these rows bound the answer's delay from below.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.engines.builtin.partition import make_partition, on_rows
from generator.engines.builtin.registry import builtin_operator
from generator.model.graph import Graph, Operator


def first_rows_that_wait(graph: Graph) -> dict[int, int]:
    """By tensor, of all that stream: its first row that depends on the patch's last frame.

    The number of its rows where none does. The graph has passed `check_graph`, and `turn_graph` if
    need be.
    """
    first = {graph.inputs[0]: graph.frames - 1}
    for operator in make_partition(graph).streamed:
        made = graph.frames - 1
        if not on_rows(operator).is_view:
            made = _first_row_that_waits(graph, operator, first)
        first |= dict.fromkeys(operator.outputs, made)
    return first


def _first_row_that_waits(graph: Graph, operator: Operator, first: Mapping[int, int]) -> int:
    window, rows = on_rows(operator).window(graph, operator), graph.tensor_out(operator).shape[1]

    def waits(row: int) -> bool:
        return any(
            window.rows_wanted(row, graph.tensors[source].shape[1]) > first[source]
            for source in operator.data_inputs
        )

    return next((row for row in range(rows) if waits(row)), rows)


def products_after_last_frame(graph: Graph) -> dict[int, int]:
    """Multiply-accumulates that depend on the last frame, by operator index, zeros left out.

    Of an operator on rows those of its rows that do, of one on whole tensors all: it runs after
    the last frame. Sums that grow with the rows count nothing.
    """
    partition, first = make_partition(graph), first_rows_that_wait(graph)
    counts: dict[int, int] = {}
    for operator in graph.operators:
        products = builtin_operator(operator).products(graph, operator)
        if partition.is_streamed(operator):
            rows = graph.tensor_out(operator).shape[1]
            products = products * (rows - first[operator.outputs[0]]) // rows
        elif partition.reduces(operator):
            products = 0
        if products:
            counts[operator.index] = products
    return counts
