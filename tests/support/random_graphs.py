# SPDX-License-Identifier: Apache-2.0
"""Graphs drawn at random from all operators that the compiler takes, each the same for its seed.

Every step has a random generator of its own, so a graph without one of its steps is as alike as can
be: `smallest` leaves out one after the other as long as what went wrong still does.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np

from generator.model.graph import Graph
from tests.support import graph_layers as layers
from tests.support import graph_moves as moves
from tests.support.drawn import Random, drawn
from tests.support.graph_layers import Draft, Layer
from tests.support.model_builder import ModelBuilder
from tests.support.network_build import read_model
from tests.support.single_operator import integers

LAYERS: tuple[tuple[int, Layer], ...] = (
    (6, functools.partial(layers.windowed, kind="CONV_2D")),
    (5, functools.partial(layers.windowed, kind="DEPTHWISE_CONV_2D")),
    (1, functools.partial(layers.pooled, kind="MAX_POOL_2D")),
    (1, functools.partial(layers.pooled, kind="AVERAGE_POOL_2D")),
    (4, layers.paired),
    (3, layers.function),
    (1, layers.dense),
    (1, layers.reduced),
    (3, moves.joined),
    (1, moves.padded),
    (1, moves.cut),
    (1, moves.taken_apart),
    (1, moves.turned),
    (1, moves.renamed),
    (1, layers.product),
)
"""How often a layer is tried."""

MOST_STEPS = 14
MOST_FLAT = 300
"""Elements of a tensor that a dense layer takes as it is."""


def random_graph(
    seed: int, left_out: Collection[int] = (), patch: tuple[int, int] | None = None
) -> ModelBuilder:
    """The graph of a seed, without some of its steps; `patch`: frames and bands, if not its own."""
    random = np.random.default_rng([seed, 0])
    frames, bands = patch or (drawn(random, 3, 18), drawn(random, 3, 12))
    model = ModelBuilder(
        frames=frames,
        bands=bands,
        transposed=not random.integers(5),
        seed=seed,
        input_zero_point=int(random.choice([-128, 40, 0, 127])),
    )
    draft = Draft(model, [model.current], random)
    weights = np.array([one for one, _ in LAYERS], dtype=float)
    rows_first = drawn(random, 0, 6)
    for step in range(drawn(random, 1, MOST_STEPS)):
        draft.random = model.random = np.random.default_rng([seed, 1, step])
        chosen = 5 if step < rows_first else len(LAYERS)
        share = weights[:chosen] / weights[:chosen].sum()
        layer = LAYERS[int(draft.random.choice(chosen, p=share))][1]
        if step not in left_out:
            layer(draft)
    draft.random = model.random = np.random.default_rng([seed, 2])
    _finish(draft)
    return model.with_ties() if draft.chance(4) else model


def _finish(draft: Draft) -> None:
    """All that nobody has taken comes together in scores."""
    model, random = draft.model, draft.random
    taken = {index for one in model.operators for index in one.inputs}
    several = {out for one in model.operators if len(one.outputs) > 1 for out in one.outputs[1:]}
    loose = [one for one in draft.live if one not in taken | several] or [draft.live[-1]]
    vectors = [_vector(draft, one, random) for one in loose]
    if len(vectors) > 1:
        pieces = [draft.like(one, vectors[0]) for one in vectors]
        made = (1, sum(draft.shape(one)[1] for one in pieces))
        vectors = draft.add("CONCATENATION", pieces, [made], "ConcatenationOptions", Axis=1)
    model.current = vectors[0]
    model.dense(drawn(random, 2, 8), per_channel=draft.chance(2))
    if draft.chance(3):
        model.sigmoid()
    else:
        model.softmax()
    if draft.chance(2):
        model.dequantize()


def _vector(draft: Draft, tensor: int, random: Random) -> int:
    shape = draft.shape(tensor)
    if len(shape) == 4 and (math.prod(shape) > MOST_FLAT or random.integers(2)):
        kind = "MEAN" if random.integers(3) else "REDUCE_MAX"
        made = (shape[0], shape[3])
        axes = integers("axes", [1, 2])
        tensor = draft.add(kind, [tensor, axes], [made], "ReducerOptions", KeepDims=False)[0]
    return layers.flat(draft, tensor)


def graph_of(model: ModelBuilder, path: Path) -> Graph:
    """The graph as the compiler reads it; InputError where it refuses it."""
    path.write_bytes(model.to_bytes())
    return read_model(path)


def smallest(
    seed: int, is_wrong: Callable[[ModelBuilder], bool], most_steps: int = MOST_STEPS
) -> ModelBuilder:
    """The graph of a seed with as few steps as possible that is still wrong."""
    left_out: set[int] = set()
    for step in reversed(range(most_steps)):
        if is_wrong(random_graph(seed, left_out | {step})):
            left_out.add(step)
    return random_graph(seed, left_out)


def described(model: ModelBuilder) -> str:
    """Every operator with its tensors, for a message."""
    lines = [f"input {model.tensors[model.inputs[0]].shape}, seed {model.seed}"]
    for number, one in enumerate(model.operators):
        taken, made = (
            ", ".join(f"{index}{model.tensors[index].shape}" for index in indices)
            for indices in (one.inputs, one.outputs)
        )
        lines.append(f"{number:3} {one.kind}: {taken} -> {made}")
    return "\n".join(lines)
