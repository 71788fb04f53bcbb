# SPDX-License-Identifier: Apache-2.0
"""Nets as people build them in Keras, as whole images on the virtual U585.

Two of them here; all with `make graph-images`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from tests.firmware.tap_images import check_outputs
from tests.support.model_files import write_model

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.slow

from tests.network.test_keras_nets import OTHER_TYPES, REFUSED, converted  # noqa: E402
from tests.support import keras_nets  # noqa: E402

FEW = [("squeeze_and_excite", "int8"), ("crnn_gru", "int8")]
EVERY = [
    *((name, "int8") for name in keras_nets.NETS if name not in REFUSED),
    *(("flatten_any_batch", type_name) for type_name in OTHER_TYPES),
]
NETS = EVERY if os.environ.get("GRAPH_IMAGES") else FEW


def record_of(path: Path) -> str:
    """Ours, with as many bands as the net has, and its axes where the shape does not tell."""
    shape = keras_nets.NETS[path.stem]().inputs[0].shape[1:]
    lengths = [length for length in shape if length != 1]
    bands = lengths[0] if path.stem == "bands_first" else lengths[-1]
    axes = "bands_first" if path.stem == "bands_first" else "frames_first"
    if len(lengths) == 1:
        bands = lengths[0]
    return f"preset: yamnet\nbands: {bands}\naxes: {axes}\n"


@pytest.mark.parametrize(("name", "type_name"), NETS)
def test_every_output_on_the_board_is_the_interpreters(
    name: str, type_name: str, boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path: Path
) -> None:
    path = converted(name, type_name)
    model = tmp_path / path.name
    write_model(model, path.read_bytes(), record=record_of(path))
    check_outputs(model, boards["u585"], toolchain, tmp_path, seed=5)
