# SPDX-License-Identifier: Apache-2.0
"""The operators that the built-in engine can compute: one a module of `operators/`."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from generator.engines.builtin.spec import BuiltinOperator, Place
from generator.model.graph import SCORING, Graph, Operator

OPERATORS_PACKAGE = "generator.engines.builtin.operators"


@functools.cache
def builtin_operators() -> Mapping[str, BuiltinOperator]:
    """Every operator by its kind, in the order of their places in a network."""
    package = importlib.import_module(OPERATORS_PACKAGE)
    modules = (
        importlib.import_module(f"{OPERATORS_PACKAGE}.{found.name}")
        for found in pkgutil.iter_modules(package.__path__)
    )
    found: dict[str, BuiltinOperator] = {}
    for one in sorted((module.OPERATOR for module in modules), key=_place_in_list):
        if one.kind in found:
            raise ValueError(f"two modules in {OPERATORS_PACKAGE} define {one.kind}")
        found[one.kind] = one
    return MappingProxyType(found)


def builtin_operator(operator: Operator) -> BuiltinOperator:
    """What the engine knows of an operator; KeyError where it cannot compute it."""
    return builtin_operators()[operator.kind]


def end_of_rows(graph: Graph) -> Operator | None:
    """The operator that turns rows into a vector: the first that can, if there is one."""
    ends = (
        operator
        for operator in graph.operators
        if Place.END_OF_ROWS in builtin_operator(operator).places
    )
    return next(ends, None)


def _place_in_list(one: BuiltinOperator) -> tuple[int, bool, int, str]:
    """Along the flow; on rows windows come first, and SOFTMAX comes before LOGISTIC."""
    place = list(Place).index(one.places[0])
    combines = one.on_rows is not None and one.on_rows.combine is not None
    scoring = SCORING.index(one.kind) if one.kind in SCORING else 0
    return place, combines, scoring, one.kind
