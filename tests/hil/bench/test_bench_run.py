# SPDX-License-Identifier: Apache-2.0
"""The bench of the shipped model on the virtual u585: budgets, and figures that add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.repository import DEFAULT_MODEL
from hil.bench.budgets import FIGURES, overruns, read_budgets
from hil.bench.command import baseline_path
from hil.bench.record import BenchRecord, ModelBench, read_record
from mel2metal.__main__ import main

pytestmark = pytest.mark.slow

BOARD = "u585"
EXACT = [
    name
    for name in read_budgets()[BOARD][DEFAULT_MODEL.stem]
    if name.endswith(("_instructions", "_bytes"))
]
"""Figures with a budget that do not vary, whoever counts."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> BenchRecord:
    folder: Path = tmp_path_factory.mktemp("bench")
    arguments = ["bench", "--board", BOARD, "--virtual", "--model", str(DEFAULT_MODEL)]
    main([*arguments, "--build-dir", str(folder)])
    return read_record(folder / "bench" / BOARD / "bench.json")


@pytest.fixture(scope="module")
def shipped(record: BenchRecord) -> ModelBench:
    (model,) = record.models
    return model


def test_every_operator_that_runs_has_a_row(shipped: ModelBench) -> None:
    kinds = [layer.kind for layer in shipped.layers]
    assert kinds[:3] == ["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D"]
    assert "SOFTMAX" in kinds
    assert all(layer.cost.instructions for layer in shipped.layers)


def test_the_rows_are_all_of_the_network(shipped: ModelBench) -> None:
    """Each row is rounded to whole instructions of a patch."""
    rows = [layer.cost for layer in shipped.layers] + [shipped.finding_rows]
    whole = shipped.network.instructions or 0
    assert abs(sum(row.instructions or 0 for row in rows) - whole) <= len(rows)
    assert (shipped.finding_rows.instructions or 0) < whole / 50


def test_work_and_bytes_are_plausible(shipped: ModelBench) -> None:
    network = shipped.network
    assert shipped.macs == 23_927_296
    assert (network.flash_bytes_read or 0) > shipped.memory.weights_flash_bytes
    assert 0 < (network.flash_fill_cycles or 0) < (network.pipeline_cycles or 0)
    assert (network.instructions or 0) < (network.pipeline_cycles or 0)
    answer = shipped.answer.instructions or 0
    assert (shipped.frontend_frame.instructions or 0) < answer < (network.instructions or 0)


def test_the_estimate_says_how_far_it_may_be_off(record: BenchRecord) -> None:
    assert record.estimate is not None
    assert record.estimate.published_sequences >= 8
    assert record.estimate.lowest_percent <= record.estimate.highest_percent


@pytest.mark.parametrize("figure", EXACT)
def test_no_figure_is_above_the_baseline(shipped: ModelBench, figure: str) -> None:
    baseline = read_record(baseline_path(BOARD)).model(shipped.model_sha256)
    assert baseline is not None, "make bench BOARD=u585 VIRTUAL=1 && make bench-baseline"
    value, before = FIGURES[figure](shipped), FIGURES[figure](baseline)
    assert value is not None
    assert before is not None
    assert value <= before


def test_the_image_keeps_its_budgets(record: BenchRecord) -> None:
    assert [one.text for one in overruns(record, read_budgets())] == []
