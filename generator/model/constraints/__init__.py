# SPDX-License-Identifier: Apache-2.0
"""What the network compiler can run: one function for each constraint.

A constraint's docstring is what the user reads: its first line says what must hold, the rest is the
remedy. The function returns what stands against it, or None. Constraints come in tiers: an operator
that breaks one of a tier is not asked the next tier's, whose answers would make no sense, but all
other operators still are, so that the user sees every fault at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from generator.errors import Fault
from generator.model.constraints import model, tensors, vectors, weights
from generator.model.constraints.tensors import WEIGHTED, WINDOWED
from generator.model.graph import Graph, Operator

ModelConstraint = Callable[[Graph], str | None]
OperatorConstraint = Callable[[Graph, Operator], str | None]


def _only(kinds: tuple[str, ...], constraint: OperatorConstraint) -> OperatorConstraint:
    def limited(graph: Graph, operator: Operator) -> str | None:
        return constraint(graph, operator) if operator.kind in kinds else None

    limited.__doc__ = constraint.__doc__
    return limited


OPERATOR_TIERS: tuple[tuple[OperatorConstraint, ...], ...] = (
    (tensors.supported_operator,),
    (tensors.needed_tensors,),
    (tensors.int8_tensors, tensors.reasonable_shapes),
    (tensors.rows_or_vectors,),
    (_only(WEIGHTED, weights.constant_int8_weights), _only(WEIGHTED, weights.constant_int32_bias)),
    (
        _only((*WEIGHTED, "ADD"), weights.known_activation),
        weights.plain_dense,
        vectors.transpose_to_rows,
        vectors.mean_over_rows_and_bands,
        vectors.softmax_of_logits,
        vectors.sigmoid_of_logits,
        vectors.same_elements,
        vectors.same_shapes,
        _only(WEIGHTED, weights.symmetric_weights),
        _only(WEIGHTED, weights.scales_for_channels),
        _only(WEIGHTED, weights.multiplier_below_one),
        _only(WINDOWED, weights.dilation_of_one),
        _only(WINDOWED, weights.stride_in_range),
        _only(WINDOWED, weights.kernel_fits_channels),
    ),
    (_only(WINDOWED, weights.output_shape_follows),),
)

MODEL_CONSTRAINTS: tuple[ModelConstraint, ...] = (
    model.one_input_and_one_output,
    model.int8_input,
    model.spectrogram_input,
)

WHOLE_CONSTRAINTS: tuple[ModelConstraint, ...] = (
    model.flow_from_input_to_output,
    model.chain_after_rows,
    model.rows_then_vectors,
)
"""Asked when everything else is in order."""


def graph_faults(graph: Graph) -> list[Fault]:
    """Every fault of a model, the model's own first, then in the operators' order."""
    faults = [
        _fault(constraint, graph.name, detail)
        for constraint in MODEL_CONSTRAINTS
        if (detail := constraint(graph)) is not None
    ]
    for operator in graph.operators:
        faults += _operator_faults(graph, operator)
    if not faults:
        faults += [
            _fault(constraint, graph.name, detail)
            for constraint in WHOLE_CONSTRAINTS
            if (detail := constraint(graph)) is not None
        ]
    return faults


def _operator_faults(graph: Graph, operator: Operator) -> Iterator[Fault]:
    for tier in OPERATOR_TIERS:
        broken = [
            _fault(constraint, str(operator), detail)
            for constraint in tier
            if (detail := constraint(graph, operator)) is not None
        ]
        yield from broken
        if broken:
            return


def _fault(constraint: ModelConstraint | OperatorConstraint, where: str, detail: str) -> Fault:
    rule, _, remedy = (inspect.getdoc(constraint) or "").partition("\n")
    return Fault(where, f"{rule.rstrip('.')}: {detail}", " ".join(remedy.split()))
