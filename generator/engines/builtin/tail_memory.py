# SPDX-License-Identifier: Apache-2.0
"""Where the tail's tensors lie: in scratch, which the columns leave free after the last row.

A view lies where its input lies; a tensor that is collected from the stream, at its end; what
makes the scores, in an array of their own, which the next patch does not touch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from generator.engines.builtin.partition import Partition
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.spec import OnTensors
from generator.engines.builtin.windows import round_up
from generator.model.graph import Operator

PLACE_ALIGNMENT = 4


@dataclass(frozen=True, slots=True)
class TailMemory:
    """A place for every tensor of the tail."""

    offsets: Mapping[int, int]
    """Of tensors in scratch: bytes from its start."""
    roots: Mapping[int, int]
    """Of a view: the tensor whose memory it is; of any other tensor of the tail: itself."""
    scores: int
    """The tensor that is written into the scores' own array, or that is collected: a root."""
    bytes: int
    """Of scratch that the tail needs."""


def on_tensors(operator: Operator) -> OnTensors:
    """How an operator of the tail runs."""
    found = builtin_operator(operator).on_tensors
    assert found, "the constraints admit no other operator behind the stream"
    return found


def tail_operators(partition: Partition) -> tuple[Operator, ...]:
    """The operators that the tail computes: all but the scores' way out to float."""
    return tuple(one for one in partition.tail if builtin_operator(one).int8_output)


def plan_tail_memory(partition: Partition) -> TailMemory:
    """A place for every tensor of the tail."""
    graph = partition.graph
    roots: dict[int, int] = {index: index for index in partition.collected}
    operators = tail_operators(partition)
    for operator in operators:
        made = operator.outputs[0]
        roots[made] = roots[operator.data_inputs[0]] if on_tensors(operator).is_view else made
    scores = roots[graph.scores.index]
    offsets: dict[int, int] = {}
    used = 0
    for operator in operators:
        made = operator.outputs[0]
        if roots[made] == made and made != scores:
            offsets[made] = used
            used += round_up(graph.tensors[made].element_count, PLACE_ALIGNMENT)
    return TailMemory(MappingProxyType(offsets), MappingProxyType(roots), scores, used)
