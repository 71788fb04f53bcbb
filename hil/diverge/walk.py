# SPDX-License-Identifier: Apache-2.0
"""From the sample to the score: where two sides part first, and whether the network alone does.

Samples, frames, cells, scores and decision are held against each other as each side made them.
The layers of a patch are fed with the same frames on both sides, so that a fault of the front-end
and one of the network are distinguished: each has a first place of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from generator.frontend.record import FrontendRecord
from generator.model.patches import PatchRule
from hil.clip_check import patch_frames
from hil.diverge.sides import Heard, Int8, Side
from hil.judges.divergence import compare, differing
from hil.judges.layers import Tensor
from sounds.decode import Samples

NEIGHBOURS = 2
"""Shown on either side of a place, along the last axis, and frames before and after it."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What the comparison must know of an operator's output."""

    index: int
    kind: str
    name: str
    scale: float | None
    zero_point: int

    def __str__(self) -> str:
        return f"operator {self.index} ({self.kind}, '{self.name}')"

    def real(self, value: float) -> str:
        """The value that a stored one stands for; empty without a quantisation."""
        return f" = {self.scale * (value - self.zero_point):.5g}" if self.scale else ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the walk, compared."""

    name: str
    agreed: str
    """What was equal; empty where it was not."""
    parted: tuple[str, ...] = ()
    """The first place and what is around it, line by line; empty where all was equal."""

    @property
    def parts(self) -> bool:
        """True where the sides differ."""
        return bool(self.parted)


@dataclass(frozen=True, slots=True)
class Task:
    """What is walked through."""

    samples: Samples
    record: FrontendRecord
    patches: PatchRule
    input_scale: float
    input_zero_point: int
    layers: Sequence[Layer]
    labels: Sequence[str]
    steps: float
    """By which a float model's layer may differ from the int8 one's, in steps of its scale."""
    patch: int | None
    """The only patch whose layers are compared; None: all of the clip, or where that takes long the
    first whose scores differ."""
    say: Callable[[str], None] = lambda line: None
    """Gets a line at each step that may take seconds."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything that was compared."""

    stages: tuple[Stage, ...]
    features: tuple[Int8, Int8] | None
    """Of both sides, where both have a front-end."""
    place: tuple[int, int] | None
    """Frame and feature of the first cell that differs."""

    @property
    def parts(self) -> bool:
        """True where the sides differ anywhere."""
        return any(stage.parts for stage in self.stages)


def walk(a: Side, b: Side, task: Task) -> Walk:
    """Compare two sides, stage after stage. At least one of them has a front-end."""
    heard = (a.hear(task.samples), b.hear(task.samples))
    first, second = heard
    frames_of = first or second
    assert frames_of is not None, "the command refuses two sides without a front-end"
    stages: list[Stage] = []
    place = None
    if first is not None and second is not None:
        stages += _counts(first, second)
        cells, place = _cells(first.features, second.features, task)
        stages.append(cells)
    else:
        deaf, other = (a, b) if first is None else (b, a)
        stages.append(
            Stage("cells", f"{deaf.name} has no front-end: it gets {other.name}'s frames")
        )
    stages.append(_layers(a, b, frames_of, _chosen(a, b, heard, task), task))
    if first is not None and second is not None:
        stages += _answers(first, second, task)
    both = (first.features, second.features) if first and second else None
    return Walk(tuple(stages), both, place)


def _counts(a: Heard, b: Heard) -> Iterator[Stage]:
    equal = f"{a.samples:,} on both sides"
    parted = () if a.samples == b.samples else (f"a received {a.samples:,}, b {b.samples:,}",)
    yield Stage("samples", equal, parted)
    count_a, count_b = len(a.features), len(b.features)
    if (count_a, a.gated_samples) == (count_b, b.gated_samples):
        yield Stage("frames", f"{count_a:,} on both sides, {a.gated_samples:,} samples gated")
        return
    yield Stage(
        "frames",
        "",
        (
            f"a made {count_a:,} and gated {a.gated_samples:,} samples, "
            f"b made {count_b:,} and gated {b.gated_samples:,}",
        ),
    )


def _cells(a: Int8, b: Int8, task: Task) -> tuple[Stage, tuple[int, int] | None]:
    found = compare("", "", ("frame", "value"), a, b)
    if found is None:
        return Stage("cells", f"{a.size:,} int8 values equal"), None
    common = min(len(a), len(b))
    places = np.argwhere(differing(a[:common], b[:common]))
    if not len(places):
        return Stage("cells", f"the {common:,} frames that both have are equal"), None
    frame, value = (int(one) for one in places[0])
    record, layer = task.record, _input_layer(task)
    seconds = frame * record.hop_samples / record.sample_rate_hz
    lines = [
        f"first at frame {frame}, value {value} ({seconds:.3f} s of the frames that passed): "
        f"a {a[frame, value]}{layer.real(a[frame, value])}, "
        f"b {b[frame, value]}{layer.real(b[frame, value])}",
        f"{found.count:,} of {found.total:,} differ, by {found.largest:g} at most; "
        f"the model's input: {_quantisation(layer)}",
        *_around(a[:common], b[:common], (frame, value), ("frame", "value")),
    ]
    return Stage("cells", "", tuple(lines)), (frame, value)


def _chosen(
    a: Side, b: Side, heard: tuple[Heard | None, Heard | None], task: Task
) -> Sequence[int]:
    """The patches whose layers are compared."""
    known = [one for one in heard if one is not None]
    count = min(len(one.patches) for one in known)
    if task.patch is not None:
        return [task.patch] if task.patch < count else []
    if a.is_quick and b.is_quick:
        return range(count)
    numbers = range(count)
    scores = [[one.patches[number].scores for number in numbers] for one in known]
    unequal = [number for number in numbers if scores[0][number] != scores[-1][number]]
    return (unequal or list(numbers))[:1]


def _layers(a: Side, b: Side, heard: Heard, chosen: Sequence[int], task: Task) -> Stage:
    """The first element of the first layer of the first patch that differs, on equal frames."""
    operators = [layer.index for layer in task.layers]
    compared = 0
    for number in chosen:
        task.say(f"[layers]   patch {number} of {len(heard.patches)}")
        frames = patch_frames(heard.features, heard.patches[number].first_frame, task.patches)
        ours, theirs = a.layers(frames, operators), b.layers(frames, operators)
        for layer in task.layers:
            if layer.index not in ours or layer.index not in theirs:
                continue
            compared += 1
            pair = ours[layer.index], theirs[layer.index]
            lines = _layer(layer, *_alike(layer, *pair, task.steps))
            if lines:
                begins = heard.patches[number].first_frame
                head = f"first in patch {number} (from frame {begins} on), {layer}"
                return Stage("layers", "", (head, *lines))
    if not chosen:
        return Stage("layers", "no patch to compare")
    of_all = "" if len(chosen) == len(heard.patches) else f" of {len(heard.patches)} (--patch N)"
    patches = f"patches {chosen[0]} to {chosen[-1]}" if len(chosen) > 1 else f"patch {chosen[0]}"
    return Stage("layers", f"{compared} outputs of {patches}{of_all} equal, element by element")


def _alike(layer: Layer, a: Tensor, b: Tensor, steps: float) -> tuple[Tensor, Tensor]:
    """Both in stored values where one is a float model's: equal within `steps` counts as equal."""
    if a.dtype == b.dtype or layer.scale is None:
        return a, b
    a_is_real = a.dtype.kind == "f"
    real, stored = (a, b) if a_is_real else (b, a)
    nearest = np.rint(real / layer.scale) + layer.zero_point
    own = np.clip(nearest, -128, 127).astype(stored.dtype).reshape(stored.shape)
    gap = np.abs(own.astype(np.int16) - stored.astype(np.int16))
    own = np.where(gap <= steps, stored, own)
    return (own, stored) if a_is_real else (stored, own)


def _layer(layer: Layer, a: Tensor, b: Tensor) -> tuple[str, ...]:
    axes = ("row", "column", "channel") if a.ndim == 4 else ("element",)
    if a.size != b.size:
        return (f"a gave {a.size:,} elements, b {b.size:,}",)
    shape = a.shape[1:] if a.ndim == 4 else (a.size,)
    a, b = a.reshape(shape), b.reshape(shape)
    found = compare("", "", axes, a, b)
    if found is None:
        return ()
    place = tuple(int(one) for one in np.argwhere(differing(a, b))[0])
    where = ", ".join(f"{axis} {one}" for axis, one in zip(axes, place, strict=True))
    of_shape = " x ".join(map(str, shape))
    return (
        f"{where} of {of_shape}: a {a[place]:g}{layer.real(float(a[place]))}, "
        f"b {b[place]:g}{layer.real(float(b[place]))}",
        f"{found.count:,} of {found.total:,} differ, by {found.largest:g} at most; "
        f"{_quantisation(layer)}",
        *_around(a, b, place, axes),
    )


def _answers(a: Heard, b: Heard, task: Task) -> Iterator[Stage]:
    yield _scores(a, b, task)
    equal = (a.sums, a.decision) == (b.sums, b.decision)
    names = [_class_name(one, task.labels) for one in (a.decision, b.decision)]
    if equal:
        yield Stage("decision", f"{names[0]} on both sides, all sums equal")
        return
    lines = [f"a says {names[0]}, b {names[1]}"]
    unequal = [i for i, (x, y) in enumerate(zip(a.sums, b.sums, strict=False)) if x != y]
    if unequal:
        at = unequal[0]
        what = f"first sum that differs: {_class_name(at, task.labels)}: a {a.sums[at]}"
        lines.append(f"{what}, b {b.sums[at]}")
    yield Stage("decision", "", tuple(lines))


def _scores(a: Heard, b: Heard, task: Task) -> Stage:
    if len(a.patches) != len(b.patches):
        what = f"a answered {len(a.patches)} patches, b {len(b.patches)}"
        return Stage("scores", "", (what,))
    for number, (one, other) in enumerate(zip(a.patches, b.patches, strict=True)):
        for label, (x, y) in enumerate(zip(one.scores, other.scores, strict=True)):
            if x != y:
                name = _class_name(label, task.labels)
                return Stage("scores", "", (f"first in patch {number}, {name}: a {x}, b {y}",))
    return Stage("scores", f"{len(a.patches)} patches equal in every class")


def _around(a: Tensor, b: Tensor, place: tuple[int, ...], axes: Sequence[str]) -> Iterator[str]:
    """The neighbours along the last axis, on both sides."""
    at = place[-1]
    begin, end = max(at - NEIGHBOURS, 0), min(at + NEIGHBOURS + 1, a.shape[-1])
    for name, values in (("a", a), ("b", b)):
        shown = " ".join(f"{value:g}" for value in values[place[:-1]][begin:end])
        yield f"around it, {axes[-1]} {begin} to {end - 1} of {name}: {shown}"


def _quantisation(layer: Layer) -> str:
    if layer.scale is None:
        return "not quantised"
    return f"scale {layer.scale:.6g}, zero point {layer.zero_point}"


def _input_layer(task: Task) -> Layer:
    return Layer(-1, "", "", task.input_scale, task.input_zero_point)


def _class_name(index: int, labels: Sequence[str]) -> str:
    if index == -1:
        return "nothing (no patch)"
    if index == -2:
        return "undecided"
    return labels[index] if index < len(labels) else f"class {index}"
