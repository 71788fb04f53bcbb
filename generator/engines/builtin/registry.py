# SPDX-License-Identifier: Apache-2.0
"""The operators that the built-in engine can compute: one a module of `operators/`."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from generator.engines.builtin.spec import BuiltinOperator
from generator.model.graph import SCORING, Operator

OPERATORS_PACKAGE = "generator.engines.builtin.operators"


@functools.cache
def builtin_operators() -> Mapping[str, BuiltinOperator]:
    """Every operator by its kind, those on rows first."""
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


def _place_in_list(one: BuiltinOperator) -> tuple[bool, bool, int, str]:
    """Operators on rows first, of these the windows; SOFTMAX comes before LOGISTIC."""
    combines = one.on_rows is not None and one.on_rows.combine is not None
    scoring = SCORING.index(one.kind) if one.kind in SCORING else 0
    return one.on_rows is None, combines, scoring, one.kind
