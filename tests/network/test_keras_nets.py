# SPDX-License-Identifier: Apache-2.0
"""Nets as people build and convert them: each is the interpreter's bit for bit, or refused.

What is refused has its words here: a net that runs one day fails this test until they are gone.
"""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path

import pytest

from generator.engines.builtin.check import check_graph
from generator.errors import InputError
from generator.model.tflite_reader import read_tflite
from tests.support.graph_batch import compile_graphs, fault_of
from tests.support.store import digest, stored

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.slow

from tests.support import keras_nets  # noqa: E402

LAST_LAYER = "must end in SOFTMAX or LOGISTIC"

REFUSED = {
    "conv1d": r"must be one patch of one channel: .* \(1, 20, 16\)",
    "dense_autoencoder": LAST_LAYER,
    "logits": LAST_LAYER,
    "log_probabilities": "LOG_SOFTMAX is not among them",
    "hard_swish_net": r"\(ELU, .*must be int8 .*tensor \d+ is FLOAT32",
}
"""The last is the converter's: it has no int8 version of ELU."""

OTHER_TYPES = {
    "float32": "must be int8 with a scale and a zero point: tensor 0 is FLOAT32",
    "uint8": "must be int8 with a scale and a zero point: tensor 0 is UINT8",
}


def converted(name: str, type_name: str = "int8") -> Path:
    """The .tflite, made once."""
    key = digest(inspect.getsource(keras_nets), version("tensorflow"), name, type_name)

    def make(folder: Path) -> None:
        dtype = getattr(tf, type_name)
        keras_nets.convert(name, folder / f"{name}.tflite", dtype, dtype)

    return stored("keras", key, make) / f"{name}.tflite"


@pytest.mark.parametrize("name", [one for one in keras_nets.NETS if one not in REFUSED])
def test_a_net_is_the_interpreters(name: str, tmp_path: Path) -> None:
    path = converted(name)
    graph = read_tflite(path)
    check_graph(graph)
    assert fault_of(compile_graphs([graph], tmp_path)[0], path, seed=1) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_a_net_is_refused_in_words(name: str) -> None:
    with pytest.raises(InputError, match=REFUSED[name]):
        check_graph(read_tflite(converted(name)))


@pytest.mark.parametrize("type_name", OTHER_TYPES)
def test_inputs_and_outputs_of_other_types_are_refused_in_words(type_name: str) -> None:
    with pytest.raises(InputError, match=OTHER_TYPES[type_name]):
        check_graph(read_tflite(converted("flatten_any_batch", type_name)))
