# SPDX-License-Identifier: Apache-2.0
"""The numbers of a whole network, once: folded biases, multipliers, tables of functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from generator.engines.builtin.channels import ChannelsTooLargeError
from generator.engines.builtin.registry import builtin_operator
from generator.errors import Fault, InputError
from generator.model.graph import Graph, Operator

REMEDY = "calibrate with more representative data, or narrow the layer"


@dataclass(frozen=True, slots=True)
class FoldedNetwork:
    """A graph and what each of its operators computes with."""

    graph: Graph
    layers: Mapping[int, Any]
    """By the operator's index: what its file in operators/ makes of it, of a type of its own."""

    def layer(self, operator: Operator) -> Any:
        """The numbers of an operator; None for one that has none."""
        return self.layers.get(operator.index)


def fold_network(graph: Graph) -> FoldedNetwork:
    """Fold every operator. The graph has passed `check_graph`.

    Raises InputError with one fault for each layer with channels whose numbers the kernels cannot
    hold.
    """
    layers: dict[int, Any] = {}
    faults: list[Fault] = []
    for operator in graph.operators:
        fold = builtin_operator(operator).fold
        if fold is None:
            continue
        try:
            layers[operator.index] = fold(graph, operator)
        except ChannelsTooLargeError as error:
            faults.append(Fault(str(operator), str(error), REMEDY))
    if faults:
        raise InputError(faults)
    return FoldedNetwork(graph, MappingProxyType(layers))
