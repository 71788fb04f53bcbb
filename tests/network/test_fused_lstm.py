# SPDX-License-Identifier: Apache-2.0
"""LSTMs that the converter has made one operator of: each net is the interpreter's bit for bit."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support.graph_batch import compile_graphs, fault_of
from tests.support.network_build import read_model
from tests.support.store import digest, stored

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.slow

from tests.support import fused_lstm  # noqa: E402

KIND = "UNIDIRECTIONAL_SEQUENCE_LSTM"


@pytest.mark.parametrize("name", fused_lstm.FUSED_NETS)
def test_a_fused_lstm_is_the_interpreters(name: str, tmp_path: Path) -> None:
    net = fused_lstm.FUSED_NETS[name]
    key = digest(inspect.getsource(fused_lstm), version("tensorflow"), name)
    folder = stored("fused_lstm", key, lambda it: fused_lstm.convert_fused(net, it / "net.tflite"))
    graph = read_model(folder / "net.tflite")
    assert [one.kind for one in graph.operators].count(KIND) == len(net.units)
    found = fault_of(compile_graphs([graph], tmp_path)[0], folder / "net.tflite", seed=1)
    assert found == ""
