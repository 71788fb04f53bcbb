# SPDX-License-Identifier: Apache-2.0
"""Tails of whole tensors, and turned networks, on the virtual board: every output is the
interpreter's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from tests.firmware.board_runs import BANDS, FRAMES
from tests.firmware.tap_images import check_outputs
from tests.support.lstm_cases import lstm_network
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.tail_networks import squeeze_and_excite
from tests.support.turned_networks import turned_network


def gate() -> ModelBuilder:
    return squeeze_and_excite(FRAMES, BANDS, (4, 8))


def turned() -> ModelBuilder:
    """Bands first, with windows and strides that differ along bands and frames."""
    layers = ("pool", "residual", "constant of rows", "concatenation", "pool")
    return turned_network(2, layers, "flatten", shape=(BANDS, FRAMES))


def turned_back() -> ModelBuilder:
    """Bands first, with a last part that takes them so."""
    return turned_network(2, ("pool", "pool"), "unpack", shape=(BANDS, FRAMES))


def recurrent() -> ModelBuilder:
    """Two LSTMs after a convolution."""
    return lstm_network(FRAMES, BANDS, (4, 8))


@pytest.mark.slow
@pytest.mark.parametrize("make", [gate, turned, turned_back, recurrent])
def test_a_tail_on_the_board_equals_the_interpreter(
    make: Callable[[], ModelBuilder], u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model.tflite", make().to_bytes())
    check_outputs(model, u585, toolchain, tmp_path)
