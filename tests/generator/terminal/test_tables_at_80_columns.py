# SPDX-License-Identifier: Apache-2.0
"""The generator's tables on a terminal of 80 columns, with long names and large numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from rich.console import Console

from generator.boards.record import BoardSpec
from generator.explanation import explain
from generator.model.published import MODEL_SHA256
from generator.network import Network, read_network
from generator.repository import DEFAULT_MODEL
from generator.terminal.explain_table import print_explanation
from generator.terminal.footprint_table import print_footprint
from generator.terminal.inspect_table import print_inspection
from generator.toolchain.footprint import (
    Footprint,
    ImageFootprint,
    NetworkFootprint,
    PartFootprint,
)
from tests.support.narrow_terminal import assert_fits, assert_numbers_stay_whole, printed

LARGE = 123_456_789


@pytest.fixture(scope="module")
def shipped() -> Network:
    network = read_network(DEFAULT_MODEL)
    graph = network.graph
    long = tuple(
        replace(one, name=f"a/very/long/scope/of/a/framework/{one.name}") for one in graph.operators
    )
    return replace(network, graph=replace(graph, operators=long))


@pytest.fixture
def every_print(
    shipped: Network, boards: dict[str, BoardSpec], u585: BoardSpec
) -> dict[str, Callable[[Console], object]]:
    part = PartFootprint(**dict.fromkeys((one.name for one in fields(PartFootprint)), LARGE))
    network = NetworkFootprint(**{one.name: LARGE for one in fields(NetworkFootprint) if one.init})
    image = ImageFootprint(**{one.name: LARGE for one in fields(ImageFootprint) if one.init})
    parts = {name: part for name in ("network_weights", "a_part_with_a_very_long_name_of_its_own")}
    footprint = Footprint(network, image, parts)
    return {
        "explain": lambda console: print_explanation(console, shipped, u585, explain(shipped)),
        "inspect": lambda console: print_inspection(console, shipped, boards),
        "footprint": lambda console: print_footprint(
            console, footprint, u585, model_sha256=MODEL_SHA256, engine="stedgeai 3.0.0-20426"
        ),
    }


@pytest.mark.parametrize("name", ["explain", "inspect", "footprint"])
def test_no_number_is_cut(every_print: dict[str, Callable[[Console], object]], name: str) -> None:
    assert_numbers_stay_whole(every_print[name])


def test_the_bill_fits(every_print: dict[str, Callable[[Console], object]]) -> None:
    text = printed(every_print["footprint"], 80)
    assert_fits(text)
    assert "a_part_with_a" in text
    assert "…" in text
