# SPDX-License-Identifier: Apache-2.0
"""Graphs at random, compiled with sanitizers, equal the reference interpreter in every tensor.

RANDOM_GRAPHS and RANDOM_GRAPHS_SEED (`make random-graphs COUNT=... SEED=...`) say how many, and
from which seed on. A graph that fails is made as small as it can be, and printed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from generator.engines.builtin.schedule import make_schedule
from generator.errors import InputError
from tests.support.graph_batch import compile_graphs, fault_of
from tests.support.model_builder import ModelBuilder
from tests.support.random_graphs import described, graph_of, random_graph, smallest
from tests.support.ring_simulation import groups_that_were_gone

COUNT = int(os.environ.get("RANDOM_GRAPHS", "320"))
SEED = int(os.environ.get("RANDOM_GRAPHS_SEED", "1"))
IN_A_BATCH = 40
PRINTED = 3
"""Graphs that are made small and printed."""

GRAPHS_OF_RINGS = 150


def faults_of(models: Sequence[ModelBuilder], folder: Path) -> list[str]:
    """The fault of each model, empty where it has none."""
    folder.mkdir(parents=True)
    faults, graphs, paths = {}, [], []
    for number, model in enumerate(models):
        path = folder / f"{number}.tflite"
        try:
            graphs.append(graph_of(model, path))
            paths.append(number)
        except InputError as error:
            faults[number] = str(error)
    for number, one in zip(paths, compile_graphs(graphs, folder), strict=True):
        faults[number] = fault_of(one, folder / f"{number}.tflite", models[number].seed)
    return [faults[number] for number in range(len(models))]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SEED, SEED + COUNT, IN_A_BATCH))
def test_random_graphs_are_the_interpreters(first: int, tmp_path: Path) -> None:
    seeds = range(first, min(first + IN_A_BATCH, SEED + COUNT))
    models = [random_graph(seed) for seed in seeds]
    faults = faults_of(models, tmp_path / "all")
    wrong = [(seed, fault) for seed, fault in zip(seeds, faults, strict=True) if fault]
    for seed, fault in wrong[:PRINTED]:
        tried = 0

        def is_wrong(model: ModelBuilder) -> bool:
            nonlocal tried
            tried += 1
            return bool(faults_of([model], tmp_path / f"{model.seed}_{tried}")[0])

        print(fault, described(smallest(seed, is_wrong)), sep="\n")
    assert not wrong, f"seeds {[seed for seed, _ in wrong]}"


def test_a_graph_is_the_same_for_its_seed() -> None:
    assert random_graph(5).to_bytes() == random_graph(5).to_bytes() != random_graph(6).to_bytes()


def test_every_ring_is_as_deep_as_it_must_be_and_no_deeper(tmp_path: Path) -> None:
    shrunk = 0
    for seed in range(GRAPHS_OF_RINGS):
        schedule = make_schedule(graph_of(random_graph(seed), tmp_path / "model.tflite"))
        places = [ring.places for ring in schedule.rings]
        assert groups_that_were_gone(schedule, places) == [], f"seed {seed}"
        for index, count in enumerate(places):
            if count > 1:
                shrunk += 1
                fewer = [*places[:index], count - 1, *places[index + 1 :]]
                assert groups_that_were_gone(schedule, fewer), f"seed {seed}, ring {index}"
    assert shrunk > 100
