# SPDX-License-Identifier: Apache-2.0
"""Random graphs as the firmware has them, cross-compiled with DSP instructions, on the core."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.errors import ToolError
from generator.toolchain.locate import find_toolchain
from tests.support.cortex_m33 import CortexM33, link_network
from tests.support.models import patches
from tests.support.oracle import Oracle
from tests.support.random_graphs import graph_of, random_graph

pytestmark = pytest.mark.slow

GRAPHS, IN_A_TEST = 24, 6


@pytest.mark.parametrize("first", range(5000, 5000 + GRAPHS, IN_A_TEST))
def test_scores_on_the_core_are_the_interpreters(first: int, tmp_path: Path) -> None:
    try:
        compiler = str(find_toolchain().gcc)
    except ToolError as error:
        pytest.skip(str(error))
    for seed in range(first, first + IN_A_TEST):
        path = tmp_path / f"{seed}.tflite"
        graph = graph_of(random_graph(seed), path)
        core = CortexM33(link_network(graph, tmp_path / str(seed), compiler))
        oracle = Oracle(graph, path)
        for frames in patches(5, graph.frames, graph.bands, seed)[3:]:
            oracle.run(frames)
            scores = core.run_patch(frames, graph.classes)
            np.testing.assert_array_equal(scores, oracle.scores(), f"seed {seed}")
