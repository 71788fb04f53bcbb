# SPDX-License-Identifier: Apache-2.0
"""A network's numbers are folded once; what does not fit is reported for all layers together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from generator.engines.builtin import channels, fold
from generator.engines.builtin.fold import fold_network
from generator.engines.builtin.plan import plan_network
from generator.engines.builtin.schedule import make_schedule
from generator.errors import InputError
from generator.model.graph import Graph
from tests.support.model_builder import ModelBuilder
from tests.support.network_build import read_model


def graph_of(model: ModelBuilder, folder: Path) -> Graph:
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    return read_model(path)


def small_model() -> ModelBuilder:
    model = ModelBuilder(12, 8).conv(4, stride=(2, 2)).depthwise()
    return model.conv(6, (1, 1)).mean().dense(5).dense(3).softmax()


def test_each_channel_is_folded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    whole = channels.fold_channel

    def counted(*arguments: Any) -> Any:
        counts["channels"] += 1
        return whole(*arguments)

    monkeypatch.setattr(channels, "fold_channel", counted)
    graph = graph_of(small_model(), tmp_path)
    folded = fold_network(graph)
    assert counts["channels"] == 4 + 4 + 6
    plan_network(make_schedule(graph), folded)
    assert counts["channels"] == 4 + 4 + 6


def test_what_does_not_fit_is_reported_for_every_layer(tmp_path: Path) -> None:
    model = small_model()
    for operator in (4, 5):
        bias = model.tensors[model.operators[operator].inputs[2]]
        assert bias.data is not None
        bias.data[1:] = (1 << 31) - 1
    graph = graph_of(model, tmp_path)
    with pytest.raises(InputError) as caught:
        fold_network(graph)
    places = [fault.where.split(" (")[0] for fault in caught.value.faults]
    assert places == ["operator 4", "operator 5"]
    assert "channel 1 is too large for 32 bits (2 such" in caught.value.faults[1].what
    assert all(fault.remedy == fold.REMEDY for fault in caught.value.faults)
