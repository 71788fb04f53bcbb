# SPDX-License-Identifier: Apache-2.0
"""A dilated convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is one convolution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.model_builder import ModelBuilder
from tests.support.network_build import HostNetwork, read_model
from tests.support.oracle import Oracle
from tests.support.single_operator import integers
from tests.support.tflite_writer import OperatorRecord, TensorRecord


def dilated_model(*, same: bool, depthwise: bool) -> ModelBuilder:
    """Dilation (2, 3) on 9 x 11, written as converters do where the batch is not fixed."""
    model = ModelBuilder(9, 11).conv(3, (1, 1))
    like = model.tensors[model.current]
    border = (2, 3) if same else (0, 0)
    rows, columns = 9 + 2 * border[0], 11 + 2 * border[1]
    more = (-rows % 2, -columns % 3)
    deal = [[border[0], border[0] + more[0]], [border[1], border[1] + more[1]]]
    height, width = (rows + more[0]) // 2, (columns + more[1]) // 3
    block = model._add(integers("block", [2, 3]))
    paddings = model._add(integers("paddings", np.array(deal)))
    crops = model._add(integers("crops", np.array([[0, more[0]], [0, more[1]]])))
    dealt = TensorRecord("dealt", (6, height, width, 3), "INT8", like.scales, like.zero_points)
    model.operators.append(
        OperatorRecord("SPACE_TO_BATCH_ND", [model.current, block, paddings], [model._add(dealt)])
    )
    model.current = len(model.tensors) - 1
    (model.depthwise if depthwise else lambda **more: model.conv(5, **more))(same=False)
    made = model.tensors[model.current]
    made.shape = (6, *made.shape[1:])
    channels = made.shape[3]
    shape = (1, 9, 11, channels) if same else (1, 5, 5, channels)
    whole = TensorRecord("whole", shape, "INT8", made.scales, made.zero_points)
    model.operators.append(
        OperatorRecord("BATCH_TO_SPACE_ND", [model.current, block, crops], [model._add(whole)])
    )
    model.current = len(model.tensors) - 1
    return model.head(3)


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("depthwise", [True, False])
def test_the_three_are_one(tmp_path: Path, same: bool, depthwise: bool) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(dilated_model(same=same, depthwise=depthwise).to_bytes())
    graph = read_model(path)
    kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    assert [one.kind for one in graph.operators][:3] == ["CONV_2D", kind, "MEAN"]
    assert [one.index for one in graph.operators][:3] == [0, 3, 4]
    network, oracle = HostNetwork(graph, tmp_path / "c"), Oracle(graph, path)
    frames = np.random.default_rng(5).integers(-128, 128, (9, 11)).astype(np.int8)
    made, expected = network.run(frames), oracle.run(frames)
    for index, values in made.items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")
