# SPDX-License-Identifier: Apache-2.0
"""An operator is found by standing in operators/, and needs no list."""

from __future__ import annotations

import pkgutil
import shutil
from pathlib import Path

import pytest

from generator.engines.builtin import operators, registry
from generator.engines.builtin.registry import builtin_operators
from generator.repository import TEMPLATES_DIR

ENGINE = Path(registry.__file__).parent
KINDS_IN_TABLES = ("CONV_2D", "MEAN", "FULLY_CONNECTED", "DEQUANTIZE", "RESHAPE")


def test_every_module_defines_one_operator() -> None:
    modules = {module.name for module in pkgutil.iter_modules(operators.__path__)}
    assert {kind.lower() for kind in builtin_operators()} == modules


def test_an_operator_says_all_that_is_needed_where_it_runs() -> None:
    for kind, one in builtin_operators().items():
        if one.on_rows is not None and not one.on_rows.is_view:
            gathers = one.on_rows.gather is not None
            assert gathers == (one.on_rows.product is not None), kind
            assert gathers == (one.on_rows.column_values is not None), kind
            assert gathers != (one.on_rows.combine is not None), kind
            finishes = one.on_tensors is not None and one.on_tensors.finish is not None
            assert finishes == (one.on_rows.reduces is not None), kind


def test_nothing_else_in_the_engine_knows_an_operator_by_its_kind() -> None:
    """But for messages, which name operators to the user."""
    found = []
    for source in sorted(ENGINE.glob("*.py")):
        text = source.read_text(encoding="utf-8")
        found += [f"{source.name}: {kind}" for kind in builtin_operators() if f'"{kind}"' in text]
    assert found == []


def test_no_template_knows_an_operator() -> None:
    text = (TEMPLATES_DIR / "network" / "network.c.j2").read_text(encoding="utf-8")
    assert [kind for kind in KINDS_IN_TABLES if kind in text] == []


def test_two_modules_of_one_kind_are_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ENGINE / "operators" / "add.py", tmp_path / "add_again.py")
    monkeypatch.setattr(operators, "__path__", [*operators.__path__, str(tmp_path)])
    builtin_operators.cache_clear()
    try:
        with pytest.raises(ValueError, match="define ADD"):
            builtin_operators()
    finally:
        builtin_operators.cache_clear()
