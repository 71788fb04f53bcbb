# SPDX-License-Identifier: Apache-2.0
"""A dilated convolution between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND is one convolution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.model.options import Borders, ConvolutionOptions, Padding
from tests.support.model_builder import ModelBuilder
from tests.support.network_build import HostNetwork, read_model
from tests.support.oracle import Oracle
from tests.support.single_operator import integers
from tests.support.tflite_writer import OperatorRecord, TensorRecord

Pair = tuple[int, int]


def dilated_model(before: Pair, after: Pair, cut: Pair, *, depthwise: bool) -> ModelBuilder:
    """Dilation (2, 3) on 9 x 11, written as converters do where the batch is not fixed.

    `cut`: rows and bands of the result that are cut off above and left.
    """
    model = ModelBuilder(9, 11).conv(3, (1, 1))
    like = model.tensors[model.current]
    sides = tuple(map(sum, zip((9, 11), before, after, strict=True)))
    more = (-sides[0] % 2, -sides[1] % 3)
    deal = [[before[i], after[i] + more[i]] for i in (0, 1)]
    height, width = (sides[0] + more[0]) // 2, (sides[1] + more[1]) // 3
    block = model._add(integers("block", [2, 3]))
    paddings = model._add(integers("paddings", np.array(deal)))
    crops = model._add(integers("crops", np.array([[cut[i], more[i]] for i in (0, 1)])))
    dealt = TensorRecord("dealt", (6, height, width, 3), "INT8", like.scales, like.zero_points)
    model.operators.append(
        OperatorRecord("SPACE_TO_BATCH_ND", [model.current, block, paddings], [model._add(dealt)])
    )
    model.current = len(model.tensors) - 1
    (model.depthwise if depthwise else lambda **more: model.conv(5, **more))(same=False)
    made = model.tensors[model.current]
    made.shape = (6, *made.shape[1:])
    shape = (1, sides[0] - 4 - cut[0], sides[1] - 6 - cut[1], made.shape[3])
    whole = TensorRecord("whole", shape, "INT8", made.scales, made.zero_points)
    model.operators.append(
        OperatorRecord("BATCH_TO_SPACE_ND", [model.current, block, crops], [model._add(whole)])
    )
    model.current = len(model.tensors) - 1
    return model.head(3)


@pytest.mark.parametrize(
    ("borders", "padding"),
    [
        (((2, 3), (2, 3), (0, 0)), Padding.SAME),
        (((0, 0), (0, 0), (0, 0)), Padding.VALID),
        (((4, 3), (0, 3), (0, 0)), Borders((4, 3), (0, 3))),
        (((1, 6), (2, 5), (0, 0)), Borders((1, 6), (2, 5))),
        (((3, 3), (2, 3), (1, 2)), Borders((2, 1), (2, 3))),
        (((2, 3), (3, 4), (1, 1)), Borders((1, 2), (3, 4))),
    ],
)
@pytest.mark.parametrize("depthwise", [True, False])
def test_the_three_are_one(
    tmp_path: Path, borders: tuple[Pair, Pair, Pair], padding: Padding | Borders, depthwise: bool
) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(dilated_model(*borders, depthwise=depthwise).to_bytes())
    graph = read_model(path)
    kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    assert [one.kind for one in graph.operators][:3] == ["CONV_2D", kind, "MEAN"]
    assert [one.index for one in graph.operators][:3] == [0, 3, 4]
    assert graph.operators[1].options_of(ConvolutionOptions).padding == padding
    network, oracle = HostNetwork(graph, tmp_path / "c"), Oracle(graph, path)
    frames = np.random.default_rng(5).integers(-128, 128, (9, 11)).astype(np.int8)
    made, expected = network.run(frames), oracle.run(frames)
    for index, values in made.items():
        np.testing.assert_array_equal(values, expected[index], f"operator {index}")
