# SPDX-License-Identifier: Apache-2.0
"""Tails of whole tensors, and turned networks, on the virtual board: every output is the
interpreter's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.boards.record import BoardSpec
from generator.firmware import make_firmware
from generator.network import read_network
from generator.project.manifest import read_project
from generator.toolchain.locate import Toolchain
from generator.wire import TAP_MASK_BYTES, mask_of
from generator.wire.messages import Frames, PatchResult, Tap, TapSelect
from hil.judges.oracle import Oracle
from tests.firmware.board_runs import BANDS, BOOT_S, FRAMES, BoardRun
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
    """Two LSTMs behind a convolution."""
    return lstm_network(FRAMES, BANDS, (4, 8))


@pytest.mark.slow
@pytest.mark.parametrize("make", [gate, turned, turned_back, recurrent])
def test_a_tail_on_the_board_equals_the_interpreter(
    make: Callable[[], ModelBuilder], u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "model.tflite", make().to_bytes())
    network = read_network(model)
    firmware = make_firmware(u585, network, toolchain, out_dir=tmp_path, taps=True)
    run = BoardRun(firmware.image.elf)
    run.machine.run(seconds=BOOT_S)
    run.greet()
    patch = np.random.default_rng(1).integers(-128, 128, (FRAMES, BANDS)).astype(np.int8)
    chosen = network.plan.tapped
    select = TapSelect(mask_of(chosen, TAP_MASK_BYTES))
    half = FRAMES // 2
    pieces = [Frames(1, 0, patch[:half].tobytes()), Frames(1, half, patch[half:].tobytes())]
    *taps, result = run.send(select, *pieces, seconds=2.0)
    assert isinstance(result, PatchResult)
    info = read_project(firmware.image.project_dir).info
    expected = Oracle(model, info.patch, info.arrangements).taps(patch)
    values: dict[int, bytes] = dict.fromkeys(chosen, b"")
    for tap in taps:
        assert isinstance(tap, Tap)
        values[tap.operator_index] += tap.values
    for index in chosen:
        assert values[index] == expected[index].tobytes(), f"operator {index}"
