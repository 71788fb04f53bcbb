# SPDX-License-Identifier: Apache-2.0
"""The generated C on the host equals the reference interpreter, at every operator's output."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from generator.engines.engine import Optimise
from tests.support.model_builder import ModelBuilder
from tests.support.models import patches, real_models
from tests.support.network_build import (
    HostNetwork,
    plan_of,
    read_model,
    render_network,
    run_sanitized,
)
from tests.support.networks import (
    bare_network,
    binary_network,
    deep_network,
    forked_network,
    low_network,
    mobile_network,
    networks,
    plain_network,
    residual_network,
    windowless_network,
)
from tests.support.oracle import Oracle

INPUTS_OF_A_REAL_MODEL = 24


def assert_equal_everywhere(
    path: Path,
    folder: Path,
    inputs: int,
    seed: int = 1,
    *,
    optimise: Optimise = Optimise.MEMORY,
) -> None:
    graph = read_model(path)
    network, oracle = HostNetwork(graph, folder, optimise), Oracle(graph, path)
    for number, frames in enumerate(patches(inputs, graph.frames, graph.bands, seed)):
        ours, reference = network.run(frames), oracle.run(frames)
        for operator in graph.operators:
            if operator.index in network.plan.tapped:
                np.testing.assert_array_equal(
                    ours[operator.index], reference[operator.index], f"{operator}, input {number}"
                )
        np.testing.assert_array_equal(network.scores(), oracle.scores())


@pytest.mark.parametrize("path", real_models(), ids=lambda path: path.stem)
def test_a_real_model(path: Path, tmp_path: Path) -> None:
    assert_equal_everywhere(path, tmp_path / "project", INPUTS_OF_A_REAL_MODEL)


@pytest.mark.parametrize("make", [mobile_network, residual_network, forked_network])
def test_rows_that_are_left_whole(make: Callable[[], ModelBuilder], tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(make().to_bytes())
    assert_equal_everywhere(path, tmp_path / "project", 6, optimise=Optimise.TIME)


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(networks())
def test_a_random_network(model: ModelBuilder) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "model.tflite"
        path.write_bytes(model.to_bytes())
        assert_equal_everywhere(path, Path(name) / "project", 6, seed=model.seed)


MADE = [
    *(mobile_network, plain_network, residual_network, binary_network),
    *(forked_network, low_network, windowless_network, bare_network),
]


@pytest.mark.slow
@pytest.mark.parametrize("make", MADE)
def test_no_bad_address_and_no_undefined_arithmetic(
    make: Callable[[], ModelBuilder], tmp_path: Path
) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(make().to_bytes())
    graph = read_model(path)
    oracle = Oracle(graph, path)
    for number, frames in enumerate(patches(4, graph.frames, graph.bands)):
        ours = run_sanitized(graph, tmp_path / f"project_{number}", frames)
        reference = oracle.run(frames)
        for index, values in ours.items():
            np.testing.assert_array_equal(values, reference[index])


def test_a_network_of_sixty_operators(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(deep_network(frames=24, bands=16, width=4).to_bytes())
    assert len(read_model(path).operators) == 61
    assert_equal_everywhere(path, tmp_path / "project", 3)


def test_a_dead_channel_with_extreme_numbers_is_a_constant(tmp_path: Path) -> None:
    model = mobile_network()
    kernel, bias = (model.tensors[index] for index in model.operators[3].inputs[1:])
    assert kernel.data is not None
    assert bias.data is not None
    kernel.data[2] = 1
    bias.data[2] = (1 << 31) - 1000
    kernel.scales = (*kernel.scales[:2], 1e-12, *kernel.scales[3:])
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    assert_equal_everywhere(path, tmp_path / "project", 6)


def kernels_of(model: ModelBuilder, folder: Path) -> tuple[str, ...]:
    """The sources that a model takes, after it was found to be the interpreter's."""
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    assert_equal_everywhere(path, folder / "project", 6)
    return plan_of(read_model(path)).kernel_sources


def test_outputs_that_cannot_share_weights_have_bytes(tmp_path: Path) -> None:
    model = mobile_network()
    convolution = next(
        one
        for one in model.operators[2:]
        if one.kind == "CONV_2D" and model.tensors[one.inputs[1]].shape[1:3] == (1, 1)
    )
    kernel = model.tensors[convolution.inputs[1]]
    assert kernel.data is not None
    kernel.data[0, ..., 0], kernel.data[1, ..., 0] = -1, -128
    kernels = kernels_of(model, tmp_path)
    assert "network/kernels/pointwise_plain.c" in kernels
    assert "network/kernels/pointwise_relu.c" in kernels


def test_a_filter_whose_taps_cannot_be_scaled_takes_the_plain_kernel(tmp_path: Path) -> None:
    model = mobile_network()
    filters = [one for one in model.operators if one.kind == "DEPTHWISE_CONV_2D"]
    kernel = model.tensors[filters[0].inputs[1]]
    kernel.scales = tuple(scale / 256 for scale in kernel.scales)
    kernels = kernels_of(model, tmp_path)
    assert "network/kernels/depthwise_3x3_s1.c" in kernels


def test_status_and_restart(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(mobile_network().to_bytes())
    graph = read_model(path)
    network = HostNetwork(graph, tmp_path / "project")
    first, second = patches(5, graph.frames, graph.bands)[3:]
    assert network.push(first[0]) == -1
    expected = network.run(second)
    assert network.push(first[0]) == -2
    network.begin()
    for frame in first[:7]:
        assert network.push(frame) == 0
    again = network.run(second)
    for index, values in expected.items():
        np.testing.assert_array_equal(again[index], values)


def test_names_from_the_model_cannot_leave_their_comments(tmp_path: Path) -> None:
    model = mobile_network()
    for operator in model.operators:
        model.tensors[operator.outputs[0]].name = "*/ #error ü"
    path = tmp_path / "a*(b) c.tflite"
    path.write_bytes(model.to_bytes())
    assert_equal_everywhere(path, tmp_path / "project", 1)


def test_the_same_model_gives_the_same_sources(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(mobile_network().to_bytes())
    texts = []
    for name in ("one", "two"):
        plan = plan_of(read_model(path))
        texts.append([file.read_text() for file in render_network(plan, tmp_path / name)])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("make", [*MADE, deep_network])
def test_lines_are_at_most_100_columns(make: Callable[[], ModelBuilder], tmp_path: Path) -> None:
    model = make()
    for operator in model.operators:
        model.tensors[operator.outputs[0]].name = "block/a_layer_with_a_rather_long_name_of_its_own"
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    render_network(plan_of(read_model(path)), tmp_path / "project")
    for name in ("network.c", "network.h", "network_weights.h"):
        lines = (tmp_path / "project" / "network" / name).read_text().splitlines()
        assert max(map(len, lines)) <= 100, name
