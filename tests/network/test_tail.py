# SPDX-License-Identifier: Apache-2.0
"""Whole networks with a tail of tensors: compiled C against the reference interpreter."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.support.lstm_cases import lstm_network
from tests.support.network_build import (
    COMPILE,
    HostNetwork,
    plan_of,
    read_model,
    render_network,
    run_sanitized,
)
from tests.support.oracle import Oracle
from tests.support.tail_networks import inception, recurrent, squeeze_and_excite

NETWORKS = {
    "gate": squeeze_and_excite,
    "branches": inception,
    "recurrent": recurrent,
    "lstm": lstm_network,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_tail_is_the_interpreters(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(NETWORKS[name]().to_bytes())
    graph = read_model(path)
    network, oracle = HostNetwork(graph, tmp_path / "c"), Oracle(graph, path)
    random = np.random.default_rng(3)
    for _ in range(3):
        frames = random.integers(-128, 128, (graph.frames, graph.bands)).astype(np.int8)
        made, expected = network.run(frames), oracle.run(frames)
        for index, values in made.items():
            np.testing.assert_array_equal(values, expected[index], f"operator {index}")
        np.testing.assert_array_equal(network.scores(), oracle.scores())
    sanitized = run_sanitized(graph, tmp_path / "s", frames)
    for index, values in sanitized.items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")


@pytest.mark.parametrize("name", NETWORKS)
def test_project_has_every_kernel_that_it_needs(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(NETWORKS[name]().to_bytes())
    plan = plan_of(read_model(path))
    sources = [*render_network(plan, tmp_path / "c"), *(tmp_path / "c" / one for one in
                                                        plan.kernel_sources)]  # fmt: skip
    flags = ("-UM2M_TAPS", "-DM2M_TAPS=0", "-shared", "-Wl,--no-undefined", f"-I{tmp_path / 'c'}")
    command = [*COMPILE, *flags, *map(str, sources), "-o", str(tmp_path / "network.so")]
    subprocess.run(command, check=True)
