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


KINDS = {
    *("int8_t", "int32_t", "uint32_t", "struct requantise", "struct scaled_3x3"),
    *("struct depthwise_3x3_channel", "struct dense_output", "struct join_rows_piece"),
    *("struct tensor_channel", "struct tensor_piece"),
}
"""All types that a table has."""


def hold(builder: ModelBuilder, folder: Path) -> set[str]:
    """Compile the tables of a network, and compare each byte; the types that it has."""
    plan = plan_of(read_model(write_model(folder / "model.tflite", builder.to_bytes())))
    render_network(plan, folder)
    library = folder / "weights.so"
    source = str(folder / "network" / "network_weights.c")
    subprocess.run([*COMPILE, "-shared", f"-I{folder}", source, "-o", str(library)], check=True)
    loaded = ctypes.CDLL(str(library))
    for table in plan.constant_tables:
        compiled = (ctypes.c_uint8 * len(table.content)).in_dll(loaded, table.place)
        assert bytes(compiled) == table.content, table.place
    held = sum(len(table.content) for table in plan.constant_tables)
    addresses = sum(table.flash_bytes for table in plan.tables if not table.content)
    assert held + addresses == plan.weights_flash_bytes
    return {table.c_type for table in plan.tables}


def test_tables_are_compiled_to_what_was_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every type; 3x3 filters also as they are where their taps cannot be scaled."""
    seen: set[str] = set()
    for name, build in BUILDERS.items():
        folder = tmp_path / name.replace(" ", "_")
        folder.mkdir()
        seen |= hold(build(), folder)
    place = "generator.engines.builtin.operators.depthwise_conv_2d.scaled_table"
    monkeypatch.setattr(place, lambda *arguments: None)
    (tmp_path / "unscaled").mkdir()
    seen |= hold(networks.mobile_network(), tmp_path / "unscaled")
    assert seen == KINDS
