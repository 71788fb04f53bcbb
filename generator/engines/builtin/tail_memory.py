# SPDX-License-Identifier: Apache-2.0
"""Where the tail's tensors lie in the arena.

The rings and the columns are not needed any more after the last row, so the tail begins at the
arena's start; what is collected of the stream lies behind them and is free after its last reader.
A view lies where its input lies, and an operator that may write over its input does so if nobody
else needs that. What makes the scores has an array of its own, which the next patch does not touch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from generator.engines.builtin.memory_plan import Buffer, plan_memory
from generator.engines.builtin.partition import Partition
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.spec import OnTensors, TensorCall
from generator.model.graph import Graph, Operator


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tensor lies: so many bytes behind the begin of another, or of itself."""

    root: int
    offset: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What the stream leaves in the arena for the tail."""

    offset: int
    size: int
    tensor: int | None
    """The tensor that it is; None for what an operator has added up."""
    operator: Operator | None
    """The one that finishes what was added up."""


@dataclass(frozen=True, slots=True)
class TailStep:
    """One output that a kernel makes."""

    operator: Operator
    output: int


@dataclass(frozen=True, slots=True)
class TailMemory:
    """A place for every tensor of the tail."""

    steps: tuple[TailStep, ...]
    places: Mapping[int, Place]
    offsets: Mapping[int, int]
    """Of roots in the arena: bytes from its start. The scores' root is in none."""
    scores: int
    """The root of the scores."""
    bytes: int
    """Of the arena, up to the last that is needed."""


def on_tensors(operator: Operator) -> OnTensors:
    """How an operator of the tail runs."""
    found = builtin_operator(operator).on_tensors
    assert found, "the constraints admit no other operator behind the stream"
    return found


def tail_operators(partition: Partition) -> tuple[Operator, ...]:
    """The operators that the tail computes: all but the scores' way out to float."""
    return tuple(one for one in partition.tail if builtin_operator(one).int8_output)


@dataclass(slots=True)
class _Tensors:
    """Steps, places and lifetimes while they are put together."""

    graph: Graph
    partition: Partition
    operators: Sequence[Operator]
    steps: list[TailStep] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    """Of roots: the step that makes them, and the last that reads them."""
    becomes_scores: set[int] = field(default_factory=set)
    """The scores, and what they are a view of."""

    def build(self) -> None:
        self.becomes_scores.add(self.graph.scores.index)
        for operator in reversed(self.operators):
            if on_tensors(operator).is_view and operator.outputs[0] in self.becomes_scores:
                self.becomes_scores.add(operator.data_inputs[0])
        for index in self.partition.collected:
            self._own(index, step=-1)
        for operator in self.operators:
            for output in range(len(operator.outputs)):
                self._make(operator, output)
        scores = self.places[self.graph.scores.index].root
        self.last[scores] = len(self.steps)

    def _make(self, operator: Operator, output: int) -> None:
        made = operator.outputs[output]
        view = self._view(operator, output)
        if view is not None:
            self.places[made] = view
            return
        step = len(self.steps)
        self.steps.append(TailStep(operator, output))
        for index in operator.data_inputs:
            if index in self.places:  # not where rows were added up as they came
                self.last[self.places[index].root] = step
        over = self._written_over(operator, made)
        if over is None:
            self._own(made, step)
        else:
            self.places[made] = Place(over, 0)
            self.last[over] = step

    def _own(self, tensor: int, step: int) -> None:
        self.places[tensor] = Place(tensor, 0)
        self.first[tensor] = self.last[tensor] = step

    def _view(self, operator: Operator, output: int) -> Place | None:
        graph = self.graph
        facts = on_tensors(operator)
        offset = facts.view(TensorCall(graph, operator, None, output))
        source = self.places.get(operator.data_inputs[0]) if operator.data_inputs else None
        if offset is None or source is None:
            return None
        made = operator.outputs[output]
        whole = graph.tensors[source.root].element_count
        if made in self.becomes_scores and graph.tensors[made].element_count != whole:
            return None  # the scores' array holds no more than the scores
        return Place(source.root, source.offset + offset)

    def _written_over(self, operator: Operator, made: int) -> int | None:
        """The root of an input that dies here and may be written over by the output."""
        if not on_tensors(operator).in_place or made in self.becomes_scores:
            return None
        if self.partition.reduces(operator):
            return None
        place = self.places[operator.data_inputs[0]]
        size = self.graph.tensors[made].element_count
        if place.offset or self.graph.tensors[place.root].element_count != size:
            return None
        behind = self.operators[self.operators.index(operator) + 1 :]
        needed = {index for one in behind for index in one.data_inputs}
        needed |= {self.graph.scores.index, *operator.data_inputs[1:]}
        roots = {self.places[index].root for index in needed if index in self.places}
        return None if place.root in roots else place.root


def plan_tail_memory(partition: Partition, kept: Sequence[Kept]) -> TailMemory:
    """A place for every tensor of the tail, beside what the stream has kept."""
    graph = partition.graph
    tensors = _Tensors(graph, partition, tail_operators(partition))
    tensors.build()
    steps, scores = tensors.steps, tensors.places[graph.scores.index].root
    last_of = dict(tensors.last)
    fixed = []
    for one in kept:
        if one.tensor is not None:
            last = last_of[one.tensor]
        else:
            last = next(i for i, step in enumerate(steps) if step.operator == one.operator)
        fixed.append(Buffer(one.size, -1, last, one.offset))
    movable = [root for root in tensors.first if root not in partition.collected and root != scores]
    buffers = [
        Buffer(graph.tensors[root].element_count, tensors.first[root], last_of[root])
        for root in movable
    ]
    plan = plan_memory([*fixed, *buffers])
    offsets = dict(zip(movable, plan.offsets[len(fixed) :], strict=True))
    offsets |= {one.tensor: one.offset for one in kept if one.tensor is not None}
    return TailMemory(
        tuple(steps),
        MappingProxyType(tensors.places),
        MappingProxyType(offsets),
        scores,
        plan.size,
    )
