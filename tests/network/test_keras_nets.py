# SPDX-License-Identifier: Apache-2.0
"""Nets as people build and convert them: each is the interpreter's bit for bit, or refused.

What is refused has its words here: a net that runs one day fails this test until they are gone.
"""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.model.tflite_reader import read_tflite
from tests.support.graph_batch import compile_graphs, fault_of
from tests.support.network_build import read_model
from tests.support.store import digest, stored

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.slow

from tests.support import keras_nets  # noqa: E402

REFUSED = {
    "hard_swish_net": r"computes in float32 or int16: ELU \(operators \d+\)",
}
"""The last is the converter's: it has no int8 version of ELU."""

OTHER_TYPES = ("float32", "uint8")


MOST_CONVERSIONS = 6
"""TensorFlow's converter leaves a SPLIT in float now and then, of one and the same net."""


def _has_float_split(path: Path) -> bool:
    graph = read_tflite(path)
    splits = [one for one in graph.operators if one.kind == "SPLIT"]
    return any(graph.tensors[one.outputs[0]].dtype == "FLOAT32" for one in splits)


def converted(name: str, type_name: str = "int8") -> Path:
    """The .tflite, made once."""
    key = digest(inspect.getsource(keras_nets), version("tensorflow"), name, type_name)

    def make(folder: Path) -> None:
        dtype, path = getattr(tf, type_name), folder / f"{name}.tflite"
        for _ in range(MOST_CONVERSIONS):
            keras_nets.convert(name, path, dtype, dtype)
            if name in REFUSED or not _has_float_split(path):
                return

    return stored("keras", key, make) / f"{name}.tflite"


@pytest.mark.parametrize("name", [one for one in keras_nets.NETS if one not in REFUSED])
def test_a_net_is_the_interpreters(name: str, tmp_path: Path) -> None:
    path = converted(name)
    assert fault_of(compile_graphs([read_model(path)], tmp_path)[0], path, seed=1) == ""


def test_a_net_that_hears_bands_first_is_the_interpreters(tmp_path: Path) -> None:
    path = converted("bands_first")
    graph = read_model(path, bands_first=True)
    assert (graph.frames, graph.bands) == (24, 16)
    assert fault_of(compile_graphs([graph], tmp_path)[0], path, seed=2) == ""


@pytest.mark.parametrize("type_name", OTHER_TYPES)
def test_inputs_and_outputs_of_other_types(type_name: str, tmp_path: Path) -> None:
    path = converted("flatten_any_batch", type_name)
    assert fault_of(compile_graphs([read_model(path)], tmp_path)[0], path, seed=3) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_a_net_is_refused_in_words(name: str) -> None:
    with pytest.raises(InputError, match=REFUSED[name]):
        read_model(converted(name))
