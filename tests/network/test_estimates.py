# SPDX-License-Identifier: Apache-2.0
"""Estimated instructions against counted ones: the estimate must be near, or nobody can plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.engines.builtin.cost.instructions import COSTS, instructions_of_patch
from generator.engines.builtin.cost.work import work_of
from generator.engines.builtin.schedule import make_schedule
from generator.errors import ToolError
from generator.toolchain.locate import find_toolchain
from tests.network.cost_fit import instructions_of
from tests.support.model_builder import ModelBuilder
from tests.support.models import OWN_MODEL
from tests.support.network_build import plan_of, read_model
from tests.support.networks import mobile_network, plain_network, windowless_network
from tests.support.tail_networks import inception, squeeze_and_excite


def off_by(path: Path, folder: Path) -> float:
    """The estimate's distance from the count, as a share of the count."""
    try:
        find_toolchain()
    except ToolError as error:
        pytest.skip(str(error))
    graph = read_model(path)
    works = work_of(make_schedule(graph), plan_of(graph))
    counted = instructions_of(graph, folder).total()
    return abs(instructions_of_patch(works) / counted - 1.0)


def test_of_the_shipped_model(tmp_path: Path) -> None:
    assert off_by(OWN_MODEL, tmp_path / "c") < 0.05


@pytest.mark.parametrize(
    "model",
    [mobile_network(), plain_network(), windowless_network(), squeeze_and_excite(), inception()],
    ids=["mobile", "plain", "windowless", "squeeze", "inception"],
)
def test_of_small_networks(tmp_path: Path, model: ModelBuilder) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(model.to_bytes())
    assert off_by(path, tmp_path / "c") < 0.25


def test_every_kernel_of_these_has_been_measured(tmp_path: Path) -> None:
    used = set()
    for model in (plain_network(), squeeze_and_excite(), inception()):
        path = tmp_path / "model.tflite"
        path.write_bytes(model.to_bytes())
        graph = read_model(path)
        used |= {work.kernel for work in work_of(make_schedule(graph), plan_of(graph))}
    assert used <= set(COSTS)
