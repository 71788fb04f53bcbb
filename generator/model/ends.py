# SPDX-License-Identifier: Apache-2.0
"""Where a model begins and ends for an engine: at an int8 patch, and at int8 scores.

A model may take float32 or uint8 and QUANTIZE it first, or take the patch in another shape than its
layers want. The front-end then delivers the int8 values that the QUANTIZE would make, in the order
of the memory, which RESHAPE, EXPAND_DIMS and SQUEEZE leave as it is. At its end a model may turn
the scores into float32 or uint8: the scores are the int8 values before. Operators that are
outside the ends are left out; the others keep their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from generator.model.constraints.tensors import constant_integers
from generator.model.graph import SCORING, Graph, Operator, Tensor

CONVERTING = ("QUANTIZE", "DEQUANTIZE")
RENAMING = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE")
"""Kinds that leave elements and their order as they are."""

UINT8_OFFSET = 128
"""The uint8 value q + 128 stands for the same number as the int8 value q."""

KEEPS_SCORES = (*CONVERTING, *RENAMING, "MEAN")
"""What may be between the operator that makes scores and the model's end: a mean of
probabilities is one."""


def with_int8_ends(graph: Graph) -> Graph:
    """The graph from its int8 patch to its int8 scores; as it is where it has none of them.

    A single DEQUANTIZE at the end stays: the firmware shows what it makes to whoever taps it.
    """
    if len(graph.inputs) != 1 or len(graph.outputs) != 1 or min(*graph.inputs, *graph.outputs) < 0:
        return graph
    inner = _to_scores(_from_patch(graph))
    if not inner.operators or (inner.inputs, inner.outputs) == (graph.inputs, graph.outputs):
        return graph
    return replace(inner, file_ends=(graph.inputs[0], graph.outputs[0]))


def ends_note(name: str, graph: Graph) -> str:
    """What to say of a model that takes other values than int8; empty for one that takes those."""
    taken = graph.tensors[graph.file_ends[0]].dtype if graph.file_ends else "INT8"
    if taken == "INT8":
        return ""
    return (
        f"{name} takes {taken.lower()}: the front-end delivers the int8 that it makes of that first"
    )


def changed_ends(graph: Graph) -> str | None:
    """In which way the file's own ends give and take other numbers than the engine's, in words.

    For an engine that runs the file itself: it can take float32 or uint8 scores back to what they
    were made of, but no other scale.
    """
    if graph.file_ends is None:
        return None
    taken, given = (graph.tensors[index] for index in graph.file_ends)
    if taken.dtype != "INT8":
        return f"its input is {taken.dtype}"
    if given.dtype != "FLOAT32" and _grid(given) != _grid(graph.scores):
        return "its last QUANTIZE gives the scores another scale"
    return None


def scoring_operator(graph: Graph) -> Operator | None:
    """The SOFTMAX or LOGISTIC that makes the model's scores; None: they are no probabilities."""
    for operator in _backwards(graph, graph.outputs[0]):
        if operator.kind in SCORING:
            return operator
        if operator.kind not in KEEPS_SCORES:
            return None
    return None


def _from_patch(graph: Graph) -> Graph:
    chain = _leading(graph)
    tensors = [graph.tensors[graph.inputs[0]], *(graph.tensor_out(one) for one in chain)]
    place = _patch_among(tensors)
    if not place:
        return graph
    outside = {one.index for one in chain[:place]}
    return _without(replace(graph, inputs=(tensors[place].index,)), outside)


def _leading(graph: Graph) -> list[Operator]:
    """Operators at the input that keep the elements, each the only reader of what it takes."""
    chain: list[Operator] = []
    tensor = graph.inputs[0]
    while tensor != graph.outputs[0]:
        readers = [one for one in graph.operators if tensor in one.inputs]
        if len(readers) != 1 or not _keeps_elements(graph, readers[0]):
            break
        chain.append(readers[0])
        tensor = readers[0].outputs[0]
    return chain


def _patch_among(tensors: Sequence[Tensor]) -> int:
    """Which of the first tensors is the patch: 0 where the model's input is, or where none is."""
    grid: tuple[float, int] | None = None
    sides: tuple[int, ...] = ()
    first, found = 0, 0
    for place, tensor in enumerate(tensors):
        if tensor.dtype != "FLOAT32":
            own = _grid(tensor)
            if own is None or (grid is not None and own != grid):
                break
            grid = own
        dimensions = tuple(length for length in tensor.shape if length != 1)
        sides = sides or (dimensions if len(dimensions) == 2 else ())
        if tensor.dtype == "INT8":
            first = first or place
            found = place if dimensions == sides else found
    return found or (first if tensors[0].dtype != "INT8" else 0)


def _grid(tensor: Tensor) -> tuple[float, int] | None:
    """The numbers that an int8 or uint8 tensor can hold, as scale and zero point of int8."""
    quantisation = tensor.quantisation
    if tensor.dtype not in ("INT8", "UINT8") or quantisation is None:
        return None
    if len(quantisation.scales) != 1:
        return None
    offset = UINT8_OFFSET if tensor.dtype == "UINT8" else 0
    return quantisation.scale, quantisation.zero_point - offset


def _to_scores(graph: Graph) -> Graph:
    """The graph up to its probabilities, or else to its last int8 tensor."""
    trail: list[Operator] = []
    made: list[Operator] = _backwards(graph, graph.outputs[0])
    for operator in made:
        if operator.kind == "TRANSPOSE" or not _keeps_elements(graph, operator):
            break
        trail.append(operator)
    tensors = [graph.outputs[0], *(one.inputs[0] for one in trail)]
    places = [place for place, one in enumerate(tensors) if graph.tensors[one].dtype == "INT8"]
    if not places:
        return graph
    probable = len(made) > len(trail) and made[len(trail)].kind in SCORING
    place = places[-1] if probable else places[0]
    if [one.kind for one in trail[:place]] == ["DEQUANTIZE"]:
        return graph
    outside = {one.index for one in trail[:place]}
    return _without(replace(graph, outputs=(tensors[place],)), outside)


def _keeps_elements(graph: Graph, operator: Operator) -> bool:
    """Whether an operator changes at most the type and the shape of its only input."""
    if len(operator.outputs) != 1 or not operator.inputs or operator.inputs[0] < 0:
        return False
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    if source.data is not None or source.element_count != target.element_count:
        return False
    if operator.kind == "TRANSPOSE" and len(operator.inputs) == 2:
        order = constant_integers(graph.tensor_in(operator, 1))
        if order is None or sorted(order) != list(range(len(source.shape))):
            return False
        moved = [axis for axis in order if source.shape[axis] != 1]
        return moved == sorted(moved)
    return operator.kind in CONVERTING or operator.kind in RENAMING


def _backwards(graph: Graph, tensor: int) -> list[Operator]:
    """The operators that make a tensor, the last one first, each by what its first input is."""
    made_by = {made: one for one in graph.operators for made in one.outputs}
    found: list[Operator] = []
    while tensor in made_by and len(found) < len(graph.operators):
        found.append(made_by[tensor])
        tensor = next(iter(found[-1].inputs), -1)
    return found


def _without(graph: Graph, outside: set[int]) -> Graph:
    inside = tuple(one for one in graph.operators if one.index not in outside)
    return replace(graph, operators=inside)
