# SPDX-License-Identifier: Apache-2.0
"""Random graphs as whole images on virtual boards: every output is the interpreter's.

An image costs 15 s of processor time, so these are few; the same graphs' kin are many on the host
(tests/network/test_random_graphs.py) and on the bare core (test_random_graphs_on_the_core.py).
"""

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
from generator.wire.messages import Frames, PatchResult, Tap, TapSelect
from hil.judges.oracle import Oracle
from tests.firmware.board_runs import BANDS, BOOT_S, FRAMES, BoardRun
from tests.support.model_files import write_model
from tests.support.random_graphs import random_graph

RUNS = [("u585", 7), ("u585", 54), ("l475", 48), ("l475", 59)]
PATCH_S = 4.0
"""Virtual time for all taps of a patch."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seed"), RUNS)
def test_every_output_on_the_board_is_the_interpreters(
    name: str, seed: int, boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path: Path
) -> None:
    graph = random_graph(seed, patch=(FRAMES, BANDS))
    model = write_model(tmp_path / f"random_{seed}.tflite", graph.to_bytes())
    network = read_network(model)
    firmware = make_firmware(boards[name], network, toolchain, out_dir=tmp_path, taps=True)
    run = BoardRun(firmware.image.elf, board=name)
    run.machine.run(seconds=BOOT_S)
    run.greet()
    patch = np.random.default_rng(seed).integers(-128, 128, (FRAMES, BANDS)).astype(np.int8)
    chosen = network.plan.tapped
    select = TapSelect(mask_of(chosen, TAP_MASK_BYTES))
    half = FRAMES // 2
    pieces = [Frames(1, 0, patch[:half].tobytes()), Frames(1, half, patch[half:].tobytes())]
    *taps, result = run.send(select, *pieces, seconds=PATCH_S)
    assert isinstance(result, PatchResult)
    info = read_project(firmware.image.project_dir).info
    expected = Oracle(model, info.patch, info.arrangements).taps(patch)
    values: dict[int, bytes] = dict.fromkeys(chosen, b"")
    for tap in taps:
        assert isinstance(tap, Tap)
        values[tap.operator_index] += tap.values
    for index in chosen:
        assert values[index] == expected[index].tobytes(), f"operator {index}"
