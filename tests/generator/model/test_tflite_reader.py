# SPDX-License-Identifier: Apache-2.0
"""A .tflite becomes a Graph or an InputError, whatever its bytes are."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from generator.errors import EXIT_INPUT, InputError
from generator.model.options import Activation, ConvolutionOptions, Padding
from generator.model.tflite_reader import read_tflite
from tests.support.model_builder import RELU6, ModelBuilder
from tests.support.network_build import read_model


def small_model(transposed: bool = False) -> ModelBuilder:
    model = ModelBuilder(8, 8, transposed).conv(4, stride=(2, 2))
    return model.depthwise(same=False, activation=RELU6).conv(4, (1, 1)).head(3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.tflite"


def test_what_was_written_is_read(path: Path) -> None:
    data = small_model(transposed=True).to_bytes()
    path.write_bytes(data)
    graph = read_tflite(path)
    assert graph.name == "small"
    assert graph.sha256 == hashlib.sha256(data).hexdigest()
    kinds = [operator.kind for operator in graph.operators]
    assert kinds == [
        "TRANSPOSE", "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "MEAN", "FULLY_CONNECTED",
        "SOFTMAX", "DEQUANTIZE",
    ]  # fmt: skip
    assert graph.transposed
    assert (graph.frames, graph.bands, graph.classes) == (8, 8, 3)
    assert graph.input.scale == 0.0546875
    assert graph.input.zero_point == 40
    conv, depthwise = (one.options_of(ConvolutionOptions) for one in graph.operators[1:3])
    assert (conv.stride, conv.padding, conv.activation) == ((2, 2), Padding.SAME, Activation.RELU)
    assert (depthwise.padding, depthwise.activation) == (Padding.VALID, Activation.RELU6)
    assert graph.tensor_in(graph.operators[1], 1).int8_values().shape == (4, 3, 3, 1)
    assert graph.tensor_out(graph.operators[-1]).dtype == "FLOAT32"


def test_frames_and_bands_do_not_depend_on_the_transpose(path: Path) -> None:
    for transposed in (False, True):
        model = ModelBuilder(10, 6, transposed=transposed).conv(2).head()
        path.write_bytes(model.to_bytes())
        graph = read_tflite(path)
        assert (graph.frames, graph.bands) == (10, 6)


def test_a_name_is_short_and_keeps_the_layer(path: Path) -> None:
    model = small_model()
    output = model.operators[0].outputs[0]
    model.tensors[output].name = "net/model/layer1/conv/relu/Relu;net/model/layer1/conv/bn/Fused"
    path.write_bytes(model.to_bytes())
    assert str(read_tflite(path).operators[0]) == "operator 0 (CONV_2D, 'layer1/conv')"


def test_metadata_are_read_by_their_names(path: Path) -> None:
    model = small_model()
    path.write_bytes(model.to_bytes())
    assert read_tflite(path).metadata == {}
    model.metadata = {"some.tool": b"kept as it is", "empty": b""}
    path.write_bytes(model.to_bytes())
    assert read_tflite(path).metadata == model.metadata


@pytest.mark.parametrize("data", [b"TFL3", bytes(100), b"GIF89a" * 20, b"\xff" * 64])
def test_other_files_are_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"not a \.tflite file"):
        read_tflite(path)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path / "absent.tflite", tmp_path):
        with pytest.raises(InputError, match="cannot be read") as caught:
            read_tflite(place)
        assert caught.value.exit_code == EXIT_INPUT
        assert str(place) in str(caught.value)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tflite")
    for place in (tmp_path / "pipe.tflite", Path("/dev/zero")):
        with pytest.raises(InputError, match="cannot be read: it is no file"):
            read_tflite(place)


def test_a_file_cut_anywhere_is_refused(path: Path) -> None:
    data = ModelBuilder(4, 4).conv(2, (1, 1)).head(2).to_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(InputError):
            read_tflite(path)


def test_damaged_bytes_never_escape_as_another_exception(path: Path) -> None:
    data = bytearray(small_model(transposed=True).to_bytes())
    random = np.random.default_rng(7)
    refused = 0
    for _ in range(1500):
        damaged = bytearray(data)
        for position in random.integers(0, len(data), random.integers(1, 6)):
            damaged[position] = random.choice([0, 1, 0x7F, 0x80, 0xFF, int(random.integers(256))])
        path.write_bytes(damaged)
        try:
            read_model(path)  # what the reader lets through, the constraints must bear
        except InputError as error:
            refused += 1
            assert all(fault.remedy for fault in error.faults)
    assert refused > 300


def test_huge_counts_are_not_walked(path: Path) -> None:
    model = small_model()
    model.tensors[1].shape = (2**30, 2**30, 2**30, 2**30)
    path.write_bytes(model.to_bytes())
    with pytest.raises(InputError, match="bytes of data"):
        read_tflite(path)
