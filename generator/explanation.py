# SPDX-License-Identifier: Apache-2.0
"""A network operator by operator: how each runs and why, what it keeps in RAM, what it costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from generator.engines.builtin.cost.instructions import instructions_of
from generator.engines.builtin.cost.work import STREAM, work_of
from generator.engines.builtin.partition import Partition, on_rows, why_not_streamed
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.tail_memory import on_tensors
from generator.model.graph import Graph, Operator
from generator.network import Network


class Way(Enum):
    """How an operator runs."""

    STREAMS = "row by row"
    REDUCES = "adds rows up as they come"
    WHOLE = "on whole tensors, after the last row"
    NOTHING = "nothing is run"


@dataclass(frozen=True, slots=True)
class Explained:
    """One operator."""

    operator: Operator
    way: Way
    why: str
    """Why it does not stream, or what became of it; empty where it does."""
    shape: tuple[int, ...]
    """Of its output."""
    ring_rows: float
    """Rows of its output that are kept at a time; 0: it has no ring."""
    rows: int
    """Of its whole output."""
    ram_bytes: int
    """Of the arena: its ring, what it adds up in, all rows kept for the tail, its tensor there."""
    operations: int
    """Multiply-accumulates; of pools and sums the values that they read."""
    instructions: int
    """ESTIMATED, for a patch."""
    readers: tuple[int, ...]
    """Operators that take its output, by their indices."""

    @property
    def extent(self) -> tuple[int, ...]:
        """The shape without the batch, which is 1."""
        return self.shape[1:] if len(self.shape) > 1 else self.shape


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole network."""

    operators: tuple[Explained, ...]
    input_ring_rows: float
    input_ring_bytes: int
    stream_instructions: int
    """ESTIMATED: finding rows and stages, for a patch."""
    first_readers: tuple[int, ...]
    """Operators that take the patch."""

    @property
    def instructions(self) -> int:
        """ESTIMATED, for a patch."""
        return self.stream_instructions + sum(one.instructions for one in self.operators)


def explain(network: Network) -> Explanation:
    """Every operator of a network that was read."""
    graph, schedule = network.graph, network.schedule
    instructions: dict[int, int] = defaultdict(int)
    of_stream = 0
    for work in work_of(schedule, network.plan):
        if work.kernel == STREAM:
            of_stream += instructions_of(work)
        elif work.operator is not None:
            instructions[work.operator.index] += instructions_of(work)
        else:
            of_stream += instructions_of(work)
    patch = schedule.rings[0]
    return Explanation(
        tuple(_explained(network, one, instructions[one.index]) for one in graph.operators),
        patch.rows_kept,
        patch.ring_bytes,
        of_stream,
        _readers(graph, (graph.inputs[0],)),
    )


def _explained(network: Network, operator: Operator, instructions: int) -> Explained:
    graph, schedule = network.graph, network.schedule
    made = graph.tensor_out(operator)
    way, why = _way(schedule.partition, operator)
    ring = next((one for one in schedule.rings[1:] if one.tensor == made.index), None)
    ram = ring.ring_bytes if ring else 0
    for end in schedule.ends:
        mine = end.operator == operator if end.operator else end.tensor == made.index
        ram += end.collected.size_bytes if mine else 0
    memory = schedule.tail_memory
    if made.index in memory.offsets and made.index not in schedule.partition.collected:
        ram += made.element_count
    return Explained(
        operator,
        way,
        why,
        made.shape,
        ring.rows_kept if ring else 0,
        made.shape[1] if ring else 0,
        ram,
        builtin_operator(operator).products(graph, operator),
        instructions,
        _readers(graph, operator.outputs),
    )


def _way(partition: Partition, operator: Operator) -> tuple[Way, str]:
    if partition.reduces(operator):
        return Way.REDUCES, ""
    nothing = _why_nothing(partition, operator)
    if nothing:
        return Way.NOTHING, nothing
    if partition.is_streamed(operator):
        return Way.STREAMS, ""
    return Way.WHOLE, _why_not(partition, operator)


def _why_nothing(partition: Partition, operator: Operator) -> str:
    """Why an operator costs nothing; empty where it does."""
    facts = builtin_operator(operator)
    if not facts.computes:
        return "it names a variable"
    if partition.is_streamed(operator):
        return "its rows are those of the patch" if on_rows(operator).is_view else ""
    if not facts.int8_output:
        return "the reader of the scores has their scale"
    if on_tensors(operator).is_view:
        return "its output is its input, in the same memory"
    return ""


def _why_not(partition: Partition, operator: Operator) -> str:
    """What keeps an operator from streaming: itself, or the first input that does not."""
    graph = partition.graph
    rows = {graph.inputs[0], *(index for one in partition.streamed for index in one.outputs)}
    makers = {index: one for one in graph.operators for index in one.outputs}
    for index in operator.data_inputs:
        if index not in rows:
            maker = makers.get(index)
            return f"operator {maker.index} before it makes no rows" if maker else "a constant"
    return why_not_streamed(graph, operator) or ""


def _readers(graph: Graph, tensors: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one.index for one in graph.operators if set(tensors) & set(one.data_inputs))
