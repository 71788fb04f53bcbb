# SPDX-License-Identifier: Apache-2.0
"""A network of more than 32 operators on the virtual board: every one of them can be tapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.boards.record import BoardSpec
from generator.firmware import make_firmware
from generator.network import read_network
from generator.project.manifest import read_project
from generator.toolchain.locate import Toolchain
from generator.wire import TAP_MASK_BYTES, mask_of
from generator.wire.messages import Frames, Hello, PatchResult, Tap, TapSelect
from hil.judges.oracle import Oracle
from tests.firmware.board_runs import BANDS, BOOT_S, FRAMES, BoardRun
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
    firmware = make_firmware(u585, read_network(model), toolchain, out_dir=tmp_path, taps=True)
    run = BoardRun(firmware.image.elf)
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    assert hello.operators > DEEP
    patch = np.random.default_rng(1).integers(-128, 128, (FRAMES, BANDS)).astype(np.int8)
    chosen = (31, 32, 33, DEEP)
    select = TapSelect(mask_of(chosen, TAP_MASK_BYTES))
    half = FRAMES // 2
    pieces = [Frames(1, 0, patch[:half].tobytes()), Frames(1, half, patch[half:].tobytes())]
    *taps, result = run.send(select, *pieces, seconds=1.0)
    assert isinstance(result, PatchResult)
    info = read_project(firmware.image.project_dir).info
    expected = Oracle(model, info.patch, info.arrangements).taps(patch)
    values: dict[int, bytes] = dict.fromkeys(chosen, b"")
    for tap in taps:
        assert isinstance(tap, Tap)
        values[tap.operator_index] += tap.values
    for index in chosen:
        assert values[index] == expected[index].tobytes(), f"operator {index}"
