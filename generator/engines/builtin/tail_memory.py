# SPDX-License-Identifier: Apache-2.0
"""Where the tail's tensors are in the arena.

The rings and the columns are not needed any more after the last row, so the tail begins at the
arena's start; what is collected of the stream is after them and is free after its last reader.
A view is where its input lies, and an operator that may write over its input does so if nobody
else needs that. What makes the scores has an array of its own, which the next patch does not touch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from generator.engines.builtin.memory_plan import ALIGNMENT, Buffer, plan_memory
from generator.engines.builtin.partition import Partition
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.spec import Access, OnTensors, TensorCall
from generator.engines.builtin.windows import round_up
from generator.model.graph import Graph, Operator
from generator.model.variables import Variable, variables_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tensor lies: so many bytes after the begin of another, or of itself."""

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
class State:
    """A variable in the arena, which keeps its value between patches."""

    variable: Variable
    root: int
    """The first of its handles stands for it among the tensors."""
    offset: int

    @property
    def size(self) -> int:
        """Bytes."""
        return math.prod(self.variable.shape)

    @property
    def start(self) -> int:
        """What all its elements are before the first patch of a clip."""
        initial = self.variable.initial
        assert initial and initial.data, "the constraints ask for it"
        return int.from_bytes(initial.data[:1], "little", signed=True)


@dataclass(frozen=True, slots=True)
class TailStep:
    """One output that a kernel makes."""

    operator: Operator
    output: int
    """The position among the operator's outputs."""
    sources: tuple[int, ...]
    """The tensors that it reads."""
    target: int
    """The tensor that it writes, or the root of a variable."""
    value: int
    """A tensor of the target's shape and scale: the target, or what a variable is given."""

    @property
    def is_tapped(self) -> bool:
        """Whether the taps show it: the first output of an operator of the file's."""
        return self.output == 0 and self.target == self.value and not self.operator.added


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
    assert found, "the constraints admit no other operator after the stream"
    return found


def tail_operators(partition: Partition) -> tuple[Operator, ...]:
    """The operators that the tail computes: all but the scores' way out to float."""
    facts = ((one, builtin_operator(one)) for one in partition.tail)
    return tuple(one for one, fact in facts if fact.int8_output and fact.computes)


def place_states(graph: Graph, offset: int) -> tuple[State, ...]:
    """The model's variables, one after the other."""
    states: list[State] = []
    for variable in variables_of(graph):
        states.append(State(variable, variable.handles[0], offset))
        offset += round_up(states[-1].size, ALIGNMENT)
    return tuple(states)


@dataclass(slots=True)
class _Tensors:
    """Steps, places and lifetimes while they are put together."""

    graph: Graph
    partition: Partition
    operators: Sequence[Operator]
    states: Sequence[State]
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
        for state in self.states:
            self._own(state.root, step=-1)
        for operator in self.operators:
            if on_tensors(operator).variable is Access.WRITES:
                self._assign(operator)
                continue
            for output in range(len(operator.outputs)):
                self._make(operator, output)
        for state in self.states:
            self.last[state.root] = len(self.steps)
        scores = self.places[self.graph.scores.index].root
        self.last[scores] = len(self.steps)

    def _make(self, operator: Operator, output: int) -> None:
        made = operator.outputs[output]
        view = self._view(operator, output)
        if view is not None:
            self.places[made] = view
            return
        step = len(self.steps)
        sources = operator.data_inputs
        if on_tensors(operator).variable is Access.READS:
            sources = (self._state(operator),)
        self.steps.append(TailStep(operator, output, sources, made, made))
        self._read(sources, step)
        over = self._written_over(operator, made)
        if over is None:
            self._own(made, step)
        else:
            self.places[made] = Place(over, 0)
            self.last[over] = step

    def _read(self, sources: Sequence[int], step: int) -> None:
        for index in sources:
            if index in self.places:  # not where rows were added up as they came
                self.last[self.places[index].root] = step

    def _assign(self, operator: Operator) -> None:
        value = operator.data_inputs[0]
        self._read((value,), len(self.steps))
        self.steps.append(TailStep(operator, 0, (value,), self._state(operator), value))

    def _state(self, operator: Operator) -> int:
        """The root of the variable that an operator reads or assigns."""
        handle = operator.inputs[0]
        return next(one.root for one in self.states if handle in one.variable.handles)

    def _is_left_alone(self, operator: Operator) -> bool:
        """Whether nothing assigns a variable while what an operator has read of it is in use."""
        state, seen, last = self._state(operator), {operator.outputs[0]}, operator.index
        assigned = -1
        for one in self.operators:
            if seen & set(one.data_inputs):
                last = one.index
                if on_tensors(one).is_view or on_tensors(one).part is not None:
                    seen |= set(one.outputs)
            if on_tensors(one).variable is Access.WRITES and self._state(one) == state:
                assigned = one.index if assigned < operator.index else assigned
        return assigned < operator.index or last < assigned

    def is_state(self, root: int) -> bool:
        """Whether a root is a variable."""
        return any(one.root == root for one in self.states)

    def size(self, root: int) -> int:
        """Bytes of a tensor or a variable."""
        found = next((one for one in self.states if one.root == root), None)
        return found.size if found else self.graph.tensors[root].element_count

    def _own(self, tensor: int, step: int) -> None:
        self.places[tensor] = Place(tensor, 0)
        self.first[tensor] = self.last[tensor] = step

    def _view(self, operator: Operator, output: int) -> Place | None:
        graph = self.graph
        facts = on_tensors(operator)
        if facts.variable is Access.READS:
            made = operator.outputs[output]
            if made in self.becomes_scores or not self._is_left_alone(operator):
                return None
            return Place(self._state(operator), 0)
        offset = facts.view(TensorCall(graph, operator, None, output))
        source = self.places.get(operator.data_inputs[0]) if operator.data_inputs else None
        if offset is None or source is None:
            return None
        made = operator.outputs[output]
        whole = self.size(source.root)
        if made in self.becomes_scores and graph.tensors[made].element_count != whole:
            return None  # the scores' array holds no more than the scores
        return Place(source.root, source.offset + offset)

    def _written_over(self, operator: Operator, made: int) -> int | None:
        """The root of an input that dies here and may be written over by the output."""
        if not on_tensors(operator).in_place or made in self.becomes_scores:
            return None
        if self.partition.reduces(operator):
            return None
        if not operator.data_inputs:
            return None
        place = self.places[operator.data_inputs[0]]
        if place.offset or self.size(place.root) != self.size(made) or self.is_state(place.root):
            return None
        behind = self.operators[self.operators.index(operator) + 1 :]
        needed = {index for one in behind for index in one.data_inputs}
        needed |= {self.graph.scores.index, *operator.data_inputs[1:]}
        roots = {self.places[index].root for index in needed if index in self.places}
        return None if place.root in roots else place.root


def plan_tail_memory(
    partition: Partition, kept: Sequence[Kept], states: Sequence[State]
) -> TailMemory:
    """A place for every tensor of the tail, beside what the stream has kept and the variables."""
    graph = partition.graph
    tensors = _Tensors(graph, partition, tail_operators(partition), states)
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
    fixed += [Buffer(one.size, -1, len(steps), one.offset) for one in states]
    placed = {scores, *partition.collected, *(one.root for one in states)}
    movable = [root for root in tensors.first if root not in placed]
    buffers = [
        Buffer(graph.tensors[root].element_count, tensors.first[root], last_of[root])
        for root in movable
    ]
    plan = plan_memory([*fixed, *buffers])
    offsets = dict(zip(movable, plan.offsets[len(fixed) :], strict=True))
    offsets |= {one.tensor: one.offset for one in kept if one.tensor is not None}
    offsets |= {one.root: one.offset for one in states}
    return TailMemory(
        tuple(steps),
        MappingProxyType(tensors.places),
        MappingProxyType(offsets),
        scores,
        plan.size,
    )
