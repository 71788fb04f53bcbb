# SPDX-License-Identifier: Apache-2.0
"""Which operators run row by row, which add rows up as they come, and which run in the tail.

A tensor streams if it is the patch, with a row for each frame, or a streaming operator makes it. An
operator streams if all its data inputs do and it says that it can with these options; so every
graph without a cycle has a partition, and one without any window is no special case. What the tail
takes of a streamed tensor is collected in the arena, row by row: whole, or reduced to what the
operator adds up. See docs/adr/0018.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.spec import OnRows
from generator.model.graph import Graph, Operator


@dataclass(frozen=True, slots=True)
class Partition:
    """A graph cut into its stream and its tail; each in the order of the file."""

    graph: Graph
    streamed: tuple[Operator, ...]
    """They make rows of rows."""
    reducing: tuple[Operator, ...]
    """They add rows up as they come; each is finished in the tail, of which it is a part too."""
    tail: tuple[Operator, ...]
    """They run once, after the last row, on whole tensors."""
    collected: tuple[int, ...]
    """Streamed tensors of which the tail, or whoever takes the output, needs every row."""

    def is_streamed(self, operator: Operator) -> bool:
        """True for an operator that makes rows."""
        return operator in self.streamed

    def reduces(self, operator: Operator) -> bool:
        """True for an operator of the tail that took its input as it came."""
        return operator in self.reducing


def on_rows(operator: Operator) -> OnRows:
    """How an operator that takes rows does so."""
    found = builtin_operator(operator).on_rows
    assert found, "the partition has put it on rows"
    return found


def why_not_streamed(graph: Graph, operator: Operator) -> str | None:
    """What keeps an operator whose inputs all stream from taking rows as they come, in words."""
    facts = builtin_operator(operator).on_rows
    if facts is None:
        return f"{operator.kind} needs its whole input"
    return facts.refuses(graph, operator)


def make_partition(graph: Graph) -> Partition:
    """Cut a graph. It has passed `check_graph`."""
    rows = set(graph.inputs) if graph.rows else set()
    streamed: list[Operator] = []
    reducing: list[Operator] = []
    tail: list[Operator] = []
    for operator in graph.operators:
        inputs_stream = all(index in rows for index in operator.data_inputs)
        if not inputs_stream or why_not_streamed(graph, operator) is not None:
            tail.append(operator)
        elif on_rows(operator).reduces is not None:
            reducing.append(operator)
            tail.append(operator)
        else:
            streamed.append(operator)
            rows |= set(operator.outputs)
    needed = {index for one in tail if one not in reducing for index in one.data_inputs}
    needed |= set(graph.outputs)
    collected = tuple(sorted(needed & (rows | set(graph.inputs))))
    return Partition(graph, tuple(streamed), tuple(reducing), tuple(tail), collected)
