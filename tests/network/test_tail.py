# SPDX-License-Identifier: Apache-2.0
"""Whole networks with a tail of tensors: compiled C against the reference interpreter."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.network_build import (
    COMPILE,
    HostNetwork,
    plan_of,
    read_model,
    render_network,
    run_sanitized,
)
from tests.support.oracle import Oracle
from tests.support.single_operator import integers, quantised, table_of
from tests.support.tflite_writer import OperatorRecord, TensorRecord


class Tail:
    """Operators put behind the layers of a builder."""

    def __init__(self, model: ModelBuilder) -> None:
        self.model = model

    def add(
        self,
        kind: str,
        inputs: Sequence[int | TensorRecord],
        shapes: Sequence[tuple[int, ...]],
        options: str = "",
        *,
        scale: float | None = None,
        zero: int | None = None,
        **fields: float,
    ) -> list[int]:
        """One operator; its outputs have the quantisation of the first input that has one."""
        model = self.model
        indices = [one if isinstance(one, int) else model._add(one) for one in inputs]
        like = next(one for one in (model.tensors[i] for i in indices) if one.scales)
        made = [
            model._add(
                quantised(
                    f"{kind.lower()}{len(model.operators)}_{position}",
                    shape,
                    like.scales[0] if scale is None else scale,
                    like.zero_points[0] if zero is None else zero,
                )
            )
            for position, shape in enumerate(shapes)
        ]
        record = OperatorRecord(
            kind, indices, made, *(table_of(options, **fields) if options else ())
        )
        model.operators.append(record)
        model.current = made[0]
        return made


def squeeze_and_excite() -> ModelBuilder:
    """A gate from the mean of all rows: both branches meet behind the stream."""
    model = ModelBuilder(12, 10).conv(6, stride=(2, 2))
    entry = model.current
    tail = Tail(model)
    model.mean(keep_dims=True).conv(3, (1, 1)).conv(6, (1, 1), activation=NO_ACTIVATION)
    tail.add("LOGISTIC", [model.current], [(1, 1, 1, 6)], scale=1 / 256, zero=-128)
    shape = model.tensors[entry].shape
    tail.add("MUL", [entry, model.current], [shape], "MulOptions", scale=0.05, zero=-128)
    return model.head(4)


def inception() -> ModelBuilder:
    """Two branches of pools, concatenated, padded and sliced."""
    model = ModelBuilder(10, 8).conv(4)
    entry = model.current
    tail = Tail(model)
    window = {"Padding": 0, "StrideH": 1, "StrideW": 1, "FilterHeight": 3, "FilterWidth": 2}
    most = tail.add("MAX_POOL_2D", [entry], [(1, 10, 8, 4)], "Pool2DOptions", **window)[0]
    mean = tail.add("AVERAGE_POOL_2D", [entry], [(1, 10, 8, 4)], "Pool2DOptions", **window)[0]
    tail.add("CONCATENATION", [most, mean], [(1, 10, 8, 8)], "ConcatenationOptions", Axis=3)
    borders = integers("borders", np.array([[0, 0], [1, 0], [0, 2], [0, 0]]))
    tail.add("PAD", [model.current, borders], [(1, 11, 10, 8)])
    bounds = [integers(name, one) for name, one in
              (("b", [0, 1, 0, 0]), ("e", [1, 11, 10, 8]), ("s", [1, 3, 2, 1]))]  # fmt: skip
    tail.add("STRIDED_SLICE", [model.current, *bounds], [(1, 4, 5, 8)], "StridedSliceOptions")
    order = integers("turned", [0, 3, 1, 2])
    tail.add("TRANSPOSE", [model.current, order], [(1, 8, 4, 5)])
    return model.reshape().dense(5).softmax()


def recurrent() -> ModelBuilder:
    """A small recurrent cell, unrolled: UNPACK, dense, SPLIT, gates, PACK of the states."""
    model = ModelBuilder(5, 8)
    tail = Tail(model)
    shape = integers("frames", [5, 8])
    tail.add("RESHAPE", [model.current, shape], [(5, 8)])
    frames = tail.add("UNPACK", [model.current], [(8,)] * 5, "UnpackOptions", Num=5, Axis=0)
    states: list[int] = []
    state: int | None = None
    for frame in frames:
        tail.add("EXPAND_DIMS", [frame, integers("axis", [0])], [(1, 8)])
        model.dense(8)
        if state is not None:
            tail.add("ADD", [model.current, state], [(1, 8)], "AddOptions", scale=0.1, zero=3)
        axis = TensorRecord("split", (), "INT32", data=np.array(1, dtype=np.int32))
        gate, value = tail.add("SPLIT", [axis, model.current], [(1, 4)] * 2, "SplitOptions",
                               NumSplits=2)  # fmt: skip
        tail.add("LOGISTIC", [gate], [(1, 4)], scale=1 / 256, zero=-128)
        gate = model.current
        tail.add("TANH", [value], [(1, 4)], scale=1 / 128, zero=0)
        tail.add("MUL", [gate, model.current], [(1, 4)], "MulOptions", scale=1 / 128, zero=0)
        states.append(model.current)
        if frame != frames[-1]:
            state = model.dense(8).current
    model.current = states[-1]
    tail.add("PACK", states, [(1, 5, 4)], "PackOptions", ValuesCount=5, Axis=1)
    return model.reshape().dense(3).softmax()


NETWORKS = {"gate": squeeze_and_excite, "branches": inception, "recurrent": recurrent}


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
            np.testing.assert_array_equal(values, expected[index], str(graph.operators[index]))
        np.testing.assert_array_equal(network.scores(), expected[graph.scoring.index].ravel())
    sanitized = run_sanitized(graph, tmp_path / "s", frames)
    for index, values in sanitized.items():
        np.testing.assert_array_equal(values, expected[index], str(graph.operators[index]))


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
