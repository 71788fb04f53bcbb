# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of the order of operators."""

from __future__ import annotations

from generator.engines.builtin.registry import builtin_operator, builtin_operators, end_of_rows
from generator.engines.builtin.spec import BuiltinOperator, Place
from generator.model.constraints import ModelConstraint
from generator.model.graph import Graph, Operator


def chain_after_rows(graph: Graph) -> str | None:
    """What follows MEAN or Flatten must be one chain.

    Use one dense head; branches must meet before global average pooling.
    """
    end = end_of_rows(graph)
    if end is None:
        return None
    held = end.outputs[0]
    for operator in graph.operators[end.index + 1 :]:
        if operator.inputs[0] != held:
            return f"{operator} does not take what the operator before it makes"
        held = operator.outputs[0]
    return None


def rows_then_vectors() -> ModelConstraint:
    """The constraint on the order, whose remedy lists what can stand where."""
    known = builtin_operators().values()
    combining = [one.kind for one in known if one.on_rows and one.on_rows.combine and _on_rows(one)]
    vectors = [one.kind for one in known if one.places == (Place.VECTORS,)]

    def constraint(graph: Graph) -> str | None:
        operators = graph.operators
        order = " -> ".join(operator.kind for operator in operators)
        end = end_of_rows(graph)
        scoring = [one.index for one in operators if _can_stand(one, Place.SCORES)]
        if end is None or len(scoring) != 1:
            return f"the order is {order}"
        begin = 1 if _can_stand(operators[0], Place.INPUT) else 0
        behind = operators[scoring[0] + 1 :]
        in_order = (
            all(_can_stand(one, Place.ROWS) for one in operators[begin : end.index])
            and all(_can_stand(one, Place.VECTORS) for one in operators[end.index + 1 : scoring[0]])
            and len(behind) <= 1
            and all(_can_stand(one, Place.OUTPUT) for one in behind)
        )
        return None if in_order else f"the order is {order}"

    constraint.__doc__ = f"""The layers on rows must end in MEAN or Flatten; SOFTMAX or LOGISTIC \
must give the scores.

    The order is: TRANSPOSE (optional), {_listed("convolutions", *combining)}, MEAN
    (GlobalAveragePooling2D) or RESHAPE (Flatten), {_listed(*vectors)}, SOFTMAX or LOGISTIC
    (sigmoid), DEQUANTIZE (optional).
    """
    return constraint


def _can_stand(operator: Operator, place: Place) -> bool:
    return place in builtin_operator(operator).places


def _on_rows(one: BuiltinOperator) -> bool:
    return Place.ROWS in one.places


def _listed(*kinds: str) -> str:
    *others, last = kinds
    return f"{', '.join(others)} and {last}" if others else last
