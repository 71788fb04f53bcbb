# SPDX-License-Identifier: Apache-2.0
"""A PAD that convolutions take as their border: the interpreter's numbers, at no cost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.model.graph import Graph
from tests.support.graph_batch import compile_graphs, fault_of
from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.models import patches
from tests.support.network_build import HostNetwork, plan_of, read_model, run_sanitized
from tests.support.oracle import Oracle, judge_of


def causal_model(*, transposed: bool = False) -> ModelBuilder:
    """Blocks as in training/esc10_causal.yaml: rows padded above only, bands as SAME pads them."""
    model = ModelBuilder(16, 16, transposed=transposed, input_zero_point=40)
    model.pad((1, 0), (0, 1)).conv(8, stride=(2, 2), same=False)
    model.pad((2, 0), (1, 1)).depthwise(same=False).conv(8, (1, 1))
    model.pad((1, 0), (0, 1)).depthwise(stride=(2, 2), same=False).conv(6, (1, 1))
    return model.head(3)


def symmetric_model() -> ModelBuilder:
    """As PyTorch pads; linear layers, whose border is not 0 in memory; one border below alone."""
    model = ModelBuilder(15, 11, input_zero_point=-3)
    model.pad((1, 1), (1, 1)).conv(5, stride=(2, 2), same=False, activation=NO_ACTIVATION)
    model.pad((2, 2), (2, 2)).depthwise((5, 5), (2, 2), same=False, activation=NO_ACTIVATION)
    model.pad((0, 2), (3, 1)).conv(4, (3, 4), same=False)
    return model.head(3)


def tail_model() -> ModelBuilder:
    """A convolution on whole tensors, after what takes no rows."""
    model = ModelBuilder(9, 10).conv(4, stride=(2, 2))
    return model.mean(keep_dims=True).pad((2, 0), (1, 1)).conv(4, same=False).head(3)


def read(model: ModelBuilder, path: Path, *, turned: bool = False) -> Graph:
    path.write_bytes(model.to_bytes())
    graph = read_model(path, True if turned else None)
    assert "PAD" not in [one.kind for one in graph.operators]
    return graph


@pytest.mark.parametrize(
    ("model", "turned"),
    [
        pytest.param(causal_model(), False, id="causal"),
        pytest.param(causal_model(transposed=True), False, id="after a TRANSPOSE"),
        pytest.param(symmetric_model(), False, id="symmetric"),
        pytest.param(symmetric_model(), True, id="turned"),
        pytest.param(tail_model(), False, id="in the tail"),
    ],
)
def test_the_border_is_the_interpreters(model: ModelBuilder, turned: bool, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    graph = read(model, path, turned=turned)
    network, oracle, judge = (
        HostNetwork(graph, tmp_path / "c"), Oracle(graph, path), judge_of(graph, path)
    )  # fmt: skip
    for frames in patches(5, graph.frames, graph.bands)[3:]:
        made, expected, judged = network.run(frames), oracle.run(frames), judge.taps(frames)
        assert made.keys() <= expected.keys()
        for index, values in made.items():
            np.testing.assert_array_equal(values, expected[index], f"operator {index}")
            np.testing.assert_array_equal(values, judged[index], f"operator {index}")


def test_no_bad_address(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    graph = read(symmetric_model(), path)
    frames = patches(4, graph.frames, graph.bands)[3]
    expected = Oracle(graph, path).run(frames)
    for index, values in run_sanitized(graph, tmp_path / "s", frames).items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")


def fast_depthwise(seed: int) -> ModelBuilder:
    """A 3x3 depthwise layer that a fast kernel takes, with any rows above and below."""
    random = np.random.default_rng(seed)
    frames, width = int(random.integers(2, 12)), 8 * int(random.integers(1, 4))
    above, below = (int(one) for one in random.integers(0, 3, 2))
    above += max(3 - frames - above - below, 0)
    model = ModelBuilder(frames, width, seed=seed).conv(int(random.integers(1, 10)), (1, 1))
    stride = int(random.integers(1, 3))
    model.pad((above, below), (1, 1) if stride == 1 else (0, 1))
    model.depthwise(stride=(stride, stride), same=False)
    return model.conv(int(random.integers(1, 10)), (1, 1)).head(3)


@pytest.mark.slow
def test_fast_kernels_with_any_rows_above_and_below(tmp_path: Path) -> None:
    models = [fast_depthwise(seed) for seed in range(40)]
    paths = [tmp_path / f"{one.seed}.tflite" for one in models]
    graphs = [read(model, path) for model, path in zip(models, paths, strict=True)]
    for graph in graphs:
        used = [one.source for stage in plan_of(graph).stages for one in stage.kernels]
        assert "depthwise_any" not in used
    for one, path, model in zip(compile_graphs(graphs, tmp_path), paths, models, strict=True):
        assert fault_of(one, path, model.seed) == ""


def test_rows_above_need_no_other_kernel(tmp_path: Path) -> None:
    """The fast depthwise kernels take their rows from the ring, wherever the border lies."""
    graph = read(causal_model(), tmp_path / "model.tflite")
    made = [kernel.source for stage in plan_of(graph).stages for kernel in stage.kernels]
    fast = [name for name in made if name.startswith("depthwise")]
    assert len(fast) == 2
    assert "depthwise_any" not in fast
