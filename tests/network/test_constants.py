# SPDX-License-Identifier: Apache-2.0
"""The bytes that the CRC-32 of the weights is computed from are those that the compiler makes."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import networks, row_networks, tail_networks
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.network_build import COMPILE, plan_of, read_model, render_network

BUILDERS: dict[str, Callable[[], ModelBuilder]] = {
    "mobile": networks.mobile_network,
    "plain": networks.plain_network,
    "residual": networks.residual_network,
    "deep": networks.deep_network,
    "rows": row_networks.rows_network,
    "squeeze and excite": tail_networks.squeeze_and_excite,
    "inception": tail_networks.inception,
    "recurrent": tail_networks.recurrent,
}


@pytest.mark.parametrize("name", BUILDERS)
def test_tables_are_compiled_to_what_was_summed_up(name: str, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model.tflite", BUILDERS[name]().to_bytes())
    plan = plan_of(read_model(model))
    render_network(plan, tmp_path)
    library = tmp_path / "weights.so"
    source = str(tmp_path / "network" / "network_weights.c")
    subprocess.run([*COMPILE, "-shared", f"-I{tmp_path}", source, "-o", str(library)], check=True)
    loaded = ctypes.CDLL(str(library))
    assert plan.constant_tables
    for table in plan.constant_tables:
        compiled = (ctypes.c_uint8 * len(table.content)).in_dll(loaded, table.place)
        assert bytes(compiled) == table.content, table.place
    held = sum(len(table.content) for table in plan.constant_tables)
    addresses = sum(table.flash_bytes for table in plan.tables if not table.content)
    assert held + addresses == plan.weights_flash_bytes
