# SPDX-License-Identifier: Apache-2.0
"""Operators without a reference kernel: the usual one computes them, the rest stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.errors import ToolError
from hil.judges import reference
from hil.judges.oracle import Oracle
from mel2metal.__main__ import main
from tests.network.test_state import streaming_model
from tests.support.end_networks import body
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.models import patches
from tests.support.network_build import HostNetwork, read_model
from tests.support.single_operator import integers
from tests.support.tail_networks import Tail, recurrent

NOTE = "ELU and SUM judged by LiteRT's usual kernels: there is no right reference kernel"


def elu(model: ModelBuilder, scale: float) -> ModelBuilder:
    shape = model.tensors[model.current].shape
    Tail(model).add("ELU", [model.current], [shape], scale=scale, zero=-90)
    return model


def elu_network() -> ModelBuilder:
    """ELU on rows, after the other convolution and as the logits; SUM for the mean."""
    model = elu(elu(body(), 0.05).conv(6), 0.06)
    shape = model.tensors[model.current].shape
    Tail(model).add(
        "SUM", [model.current, integers("axes", [1, 2])], [(1, shape[3])], "ReducerOptions",
        scale=2.0, zero=-100, KeepDims=False,
    )  # fmt: skip
    return elu(model.dense(3), 0.08).softmax().dequantize()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "elu.tflite", elu_network().to_bytes())


def test_every_layer_of_a_model_with_elu_is_judged(model: Path, tmp_path: Path) -> None:
    graph = read_model(model)
    network, oracle = HostNetwork(graph, tmp_path / "c"), Oracle(model, None, {})
    assert oracle.note == NOTE
    assert oracle.operator_names == tuple(one.kind for one in graph.operators)
    seen = set()
    for frames in patches(5, graph.frames, graph.bands):
        ours, judged = network.run(frames), oracle.taps(frames)
        assert set(ours) == set(judged)
        for index, values in ours.items():
            np.testing.assert_array_equal(values, judged[index], f"operator {index}")
        np.testing.assert_array_equal(network.scores(), oracle.scores(frames))
        seen.add(network.scores().tobytes())
    assert len(seen) > 1


def test_a_model_without_such_operators_has_no_note(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.tflite", recurrent().to_bytes())
    assert Oracle(path, None, {}).note == ""


def test_a_model_with_variables_is_not_run_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(tmp_path / "model.tflite", streaming_model(assigns_first=False))
    assert Oracle(path, None, {}).note == ""
    monkeypatch.setattr(reference, "NO_REFERENCE", ("STRIDED_SLICE",))
    with pytest.raises(ToolError, match="has variables, and STRIDED_SLICE"):
        Oracle(path, None, {})


def test_diverge_says_once_what_the_usual_kernels_judge(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = np.random.default_rng(3).normal(0.0, 0.1, 16_000)
    soundfile.write(tmp_path / "noise.wav", sound, 16_000)
    arguments = ["diverge", str(tmp_path / "noise.wav"), "--model", str(model)]
    assert main([*arguments, "--a", "host", "--b", "litert"]) == 0
    out = capsys.readouterr().out
    assert out.count(NOTE) == 1 and "equal, element by element" in out
