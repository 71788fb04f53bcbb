# SPDX-License-Identifier: Apache-2.0
"""The schedule keeps every row as long as it is needed, and not a row longer."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from generator.engines.builtin.schedule import Ring, Schedule, make_schedule
from generator.engines.builtin.tail_memory import tail_operators
from generator.engines.builtin.windows import window_of
from generator.engines.engine import Optimise
from generator.model.graph import Graph
from generator.model.options import Padding, output_length
from tests.support.model_builder import ModelBuilder
from tests.support.network_build import read_model
from tests.support.networks import low_network, networks
from tests.support.ring_simulation import play


def graph_of(model: ModelBuilder) -> Graph:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(model.to_bytes())
        return read_model(path)


def kinds_of(schedule: Schedule) -> list[list[str]]:
    """The operators of each stage."""
    return [[operator.kind for operator in stage.operators] for stage in schedule.stages]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_rings_are_just_deep_enough(model: ModelBuilder) -> None:
    for optimise in Optimise:
        schedule = make_schedule(graph_of(model), optimise)
        places = [ring.places for ring in schedule.rings]
        made, gone = play(schedule, places)
        assert made == [list(range(stage.rows)) for stage in schedule.stages]
        assert not gone
        for index, count in enumerate(places):
            if count > 1:
                fewer = [*places[:index], count - 1, *places[index + 1 :]]
                assert play(schedule, fewer)[1], schedule.rings[index]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_the_arena_holds_everything_apart(model: ModelBuilder) -> None:
    schedule = make_schedule(graph_of(model))
    first, second = schedule.column_bytes
    places = [(0, first), (first, second)]
    places += [(ring.offset, ring.ring_bytes) for ring in schedule.rings]
    places += [(end.offset, end.collected.size_bytes) for end in schedule.ends]
    for (start, size), (following, _) in pairwise(places):
        assert start + size <= following
        assert following % 4 == 0
    assert sum(places[-1]) <= schedule.arena_bytes < sum(places[-1]) + 8
    for stage in schedule.stages:
        assert stage.column_bytes <= schedule.column_bytes[stage.buffer]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_every_operator_is_scheduled_once_in_order(model: ModelBuilder) -> None:
    graph = graph_of(model)
    schedule = make_schedule(graph)
    order = [operator.index for stage in schedule.stages for operator in stage.operators]
    reducing = {operator.index for operator in schedule.partition.reducing}
    order += [
        operator.index
        for operator in tail_operators(schedule.partition)
        if operator.index not in reducing
    ]
    last = 1 if graph.operators[-1].kind == "DEQUANTIZE" else 0
    first = 1 if graph.takes_bands_first else 0
    assert sorted(order) == list(range(first, len(graph.operators) - last))
    assert all((stage.target is None) != (stage.end is None) for stage in schedule.stages)


def test_yamnet_shape_needs_three_rows_everywhere() -> None:
    model = ModelBuilder(96, 64, transposed=True).conv(32, stride=(2, 2))
    for channels, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        model.depthwise(stride=(stride, stride)).conv(channels, (1, 1))
    schedule = make_schedule(graph_of(model.head()))
    assert [ring.places for ring in schedule.rings] == [3, 5, 9, 9, 9, 17, 1]
    assert [ring.groups for ring in schedule.rings] == [1, 2, 4, 4, 4, 8, 8]
    assert schedule.column_bytes == (4096, 2048)
    assert schedule.arena_bytes == 28352
    whole = make_schedule(graph_of(model), Optimise.TIME)
    assert [ring.places for ring in whole.rings] == [3, 3, 3, 3, 3, 3, 1]
    assert whole.arena_bytes == 35008


def test_a_residual_branch_waits_for_the_other_one() -> None:
    model = ModelBuilder(24, 8).conv(4, stride=(2, 2))
    entry = model.current
    model.depthwise().conv(4, (1, 1)).depthwise().conv(4, (1, 1)).add(entry)
    schedule = make_schedule(graph_of(model.head()))
    assert kinds_of(schedule) == [
        ["CONV_2D"], ["DEPTHWISE_CONV_2D", "CONV_2D"], ["DEPTHWISE_CONV_2D", "CONV_2D"], ["ADD"],
        ["MEAN"],
    ]  # fmt: skip
    # Two 3x3 windows look two rows ahead, so the entry's row waits for two more: three, not one.
    assert [ring.rows_kept for ring in schedule.rings] == [3, 3, 3, 1, 1]


def test_flatten_ends_the_rows_and_keeps_them_all() -> None:
    model = ModelBuilder(24, 8).conv(4, stride=(2, 2)).reshape().dense(3).softmax()
    schedule = make_schedule(graph_of(model))
    assert kinds_of(schedule)[-1] == []
    assert [ring.rows_kept for ring in schedule.rings] == [3, 1]
    assert [end.collected.size_bytes for end in schedule.ends] == [12 * 4 * 4]
    steps = schedule.tail_memory.steps  # RESHAPE is a view
    assert [step.operator.kind for step in steps] == ["FULLY_CONNECTED", "SOFTMAX"]


def test_a_depthwise_output_with_two_takers_is_kept() -> None:
    model = ModelBuilder(24, 8).depthwise(multiplier=4)
    entry = model.current
    model.conv(4, (1, 1)).add(entry)
    schedule = make_schedule(graph_of(model.head()))
    assert kinds_of(schedule) == [["DEPTHWISE_CONV_2D"], ["CONV_2D"], ["ADD"], ["MEAN"]]


def test_a_wide_stride_keeps_no_row_that_no_window_meets() -> None:
    model = ModelBuilder(30, 8).conv(4, (2, 2), (3, 1), same=False).head()
    assert make_schedule(graph_of(model)).rings[0].rows_kept == 2


def test_two_rows_stay_whole_where_the_last_window_wants_both() -> None:
    schedule = make_schedule(graph_of(low_network()))
    assert [ring.groups for ring in schedule.rings[1:3]] == [2, 2]
    assert [ring.places for ring in schedule.rings[1:3]] == [4, 4]
    assert not play(schedule, [ring.places for ring in schedule.rings])[1]


def test_a_grouped_row_that_no_window_meets_has_one_place() -> None:
    model = ModelBuilder(3, 3).conv(16, (1, 1)).depthwise((1, 1), stride=(2, 2))
    ring = make_schedule(graph_of(model.head())).rings[1]
    assert (ring.groups, ring.places) == (2, 1)


@pytest.mark.parametrize(
    ("length", "kernel", "stride", "padding", "expected"),
    [
        (96, 3, 2, Padding.SAME, (0, 1, 48)),
        (95, 3, 2, Padding.SAME, (1, 1, 48)),
        (96, 3, 1, Padding.SAME, (1, 1, 96)),
        (96, 4, 1, Padding.SAME, (1, 2, 96)),
        (96, 3, 2, Padding.VALID, (0, 0, 47)),
        (96, 1, 3, Padding.SAME, (0, 0, 32)),
    ],
)
def test_padding_is_the_interpreters(
    length: int, kernel: int, stride: int, padding: Padding, expected: tuple[int, int, int]
) -> None:
    before, after, out = expected
    window = window_of((1, length, length, 1), (kernel, kernel), (stride, stride), padding)
    assert (window.before, window.after) == ((before, before), (after, after))
    assert output_length(length, kernel, stride, padding) == out


def test_ring_of_an_odd_tensor() -> None:
    ring = Ring(0, height=9, width=5, channels=3, planes=4, places=2, offset=0)
    assert (ring.channel_stride, ring.row_bytes, ring.ring_bytes) == (8, 32, 64)
    assert replace(ring, places=3).ring_bytes == 96
    assert replace(ring, channels=4, places=5, groups=2).ring_bytes == 80
