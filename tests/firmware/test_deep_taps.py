# SPDX-License-Identifier: Apache-2.0
"""A network of more than 32 operators on the virtual board: every one of them can be tapped."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from tests.firmware.board_runs import BANDS, FRAMES
from tests.firmware.tap_images import check_outputs
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model

DEEP = 40
"""Pointwise convolutions, one after the other."""


@pytest.mark.slow
def test_operators_beyond_the_32nd_equal_the_interpreter(
    u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    builder = ModelBuilder(frames=FRAMES, bands=BANDS).conv(4, stride=(4, 8))
    for _ in range(DEEP):
        builder.conv(4, (1, 1))
    model = write_model(tmp_path / "deep.tflite", builder.head(classes=3).to_bytes())
    chosen = (31, 32, 33, DEEP)
    hello = check_outputs(model, u585, toolchain, tmp_path, operators=chosen)
    assert hello.operators > DEEP
