# SPDX-License-Identifier: Apache-2.0
"""Random graphs as whole images on virtual boards: every output is the interpreter's.

An image costs 15 s of processor time, so these are few; `make graph-images` takes 30 on each board.
The same graphs' kin are many on the host (tests/network/test_random_graphs.py) and on the bare core
(test_random_graphs_on_the_core.py).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.boards.fit import fit_faults
from generator.boards.record import BoardSpec
from generator.network import read_network
from generator.toolchain.locate import Toolchain
from tests.firmware.board_runs import BANDS, FRAMES
from tests.firmware.tap_images import check_outputs
from tests.support.model_files import write_model
from tests.support.random_graphs import random_graph

COUNT = int(os.environ.get("GRAPH_IMAGES", "0"))
FEW = [("u585", 7), ("u585", 54), ("l475", 48), ("l475", 59)]
RUNS = [(name, seed) for name in ("u585", "l475") for seed in range(100, 100 + COUNT)] or FEW


NEXT_SEED = 1000
"""Added to a seed whose graph needs more RAM than the board allows."""


def fitting_model(seed: int, board: BoardSpec, folder: Path) -> Path:
    """A random graph for the tiny patch that the board can hold, with our record beside it."""
    while True:
        graph = random_graph(seed, patch=(FRAMES, BANDS))
        model = write_model(folder / f"random_{seed}.tflite", graph.to_bytes())
        if not fit_faults(board, read_network(model).demand, taps=True):
            return model
        seed += NEXT_SEED


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seed"), RUNS)
def test_every_output_on_the_board_is_the_interpreters(
    name: str, seed: int, boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path: Path
) -> None:
    model = fitting_model(seed, boards[name], tmp_path)
    check_outputs(model, boards[name], toolchain, tmp_path, seed=seed)
