# SPDX-License-Identifier: Apache-2.0
"""Models with other ends than an int8 patch and a softmax equal the interpreter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.network import read_network
from tests.support.end_networks import BANDS, END_NETWORKS, FRAMES
from tests.support.model_files import write_model
from tests.support.models import patches
from tests.support.network_build import HostNetwork, read_model, run_sanitized
from tests.support.oracle import Oracle, judge_of

STREAMS = ("float_ends", "flat", "channels_first", "bands_as_channels")


@pytest.mark.parametrize("name", END_NETWORKS)
def test_every_layer_and_the_scores_are_the_interpreters(name: str, tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.tflite", END_NETWORKS[name]().to_bytes())
    graph = read_network(path).graph
    assert (graph.frames, graph.bands) == (FRAMES, BANDS)
    network, oracle = HostNetwork(graph, tmp_path / "c"), Oracle(graph, path)
    judge = judge_of(graph, path)
    seen = set()
    for frames in patches(5, FRAMES, BANDS):
        ours, reference = network.run(frames), oracle.run(frames)
        for index, values in ours.items():
            np.testing.assert_array_equal(values, reference[index], f"operator {index}")
        np.testing.assert_array_equal(network.scores(), oracle.scores())
        np.testing.assert_array_equal(network.scores(), judge.scores(frames))
        judged = judge.taps(frames)
        for index, values in ours.items():
            np.testing.assert_array_equal(values, judged[index], f"operator {index}")
        seen.add(network.scores().tobytes())
    assert len(seen) > 1
    sanitized = run_sanitized(graph, tmp_path / "s", frames)
    for index, values in sanitized.items():
        np.testing.assert_array_equal(values, reference[index], f"operator {index}")


@pytest.mark.parametrize("name", STREAMS)
def test_rows_come_one_by_one_whatever_the_inputs_shape(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(END_NETWORKS[name]().to_bytes())
    schedule = HostNetwork(read_model(path), tmp_path / "c").plan
    assert len(schedule.rings) > 2
    assert not any("all 16 rows" in ring.comment for ring in schedule.rings)
