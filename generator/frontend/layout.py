# SPDX-License-Identifier: Apache-2.0
"""Where frames and bands are in a model's input: by the record, and held against the shape.

An input is one patch: its dimensions without those of length 1 are frames and features, in the
order that the record's key `axes` states. Where the key is not stated, the shape decides, if only
one of the two dimensions is the record's number of features; where both are (64 x 64), or where the
input stays flat, nothing but the record can tell, and it must.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

from generator.errors import Fault
from generator.frontend.presets import PRESETS
from generator.frontend.record import Axes, FrontendRecord
from generator.model.graph import Graph

REMEDY_KEY = (
    "state `axes: frames_first` (a row is a moment) or `axes: bands_first` (a row is a band) in "
    "the record: as the model was trained"
)


@dataclass(frozen=True, slots=True)
class InputLayout:
    """A patch as the model takes it."""

    frames: int
    features: int
    axes: Axes


def patch_shape(graph: Graph) -> tuple[int, ...]:
    """The shape in which a model holds a patch: its input's; of a flat one, what it becomes."""
    flat = graph.tensors[graph.inputs[0]]
    if sum(length != 1 for length in flat.shape) == 1:
        for operator in graph.operators:
            if operator.kind == "RESHAPE" and operator.inputs[0] == flat.index:
                return graph.tensor_out(operator).shape
    return flat.shape


def input_layout(
    name: str, shape: tuple[int, ...], record: FrontendRecord, where: Callable[..., str]
) -> tuple[InputLayout | None, list[Fault]]:
    """The layout of an input of that shape, or None; and every fault of record and shape together.

    `name`: of the model; `where(key)`: the place of the record's keys. What is no patch at all is
    refused by the model's own constraints: here it has neither layout nor fault.
    """
    if min(shape, default=0) < 1 or sum(length != 1 for length in shape) > 2:
        return None, []
    orders = _orders(shape, record.features)
    if not orders:
        return None, [_no_order(name, shape, record, where)]
    stated = record.axes if "axes" in record.model_fields_set else None
    faults: list[Fault] = []
    if stated is not None and stated not in orders:
        faults.append(_other_order(shape, record, where, next(iter(orders))))
    elif stated is None and len(orders) == 2 and _differ(orders, record.features):
        faults.append(_undecided(name, shape, record, where))
    axes = stated if stated in orders else next(iter(orders))
    frames = orders[axes]
    if record.patch_frames is not None and record.patch_frames != frames and not faults:
        what = f"{record.patch_frames} frames a patch, but the input {_text(shape)} holds {frames}"
        remedy = f"give {frames}, or leave the key out: the shape gives it"
        faults.append(Fault(where("patch_frames"), what, remedy))
    return (None if faults else InputLayout(frames, record.features, axes)), faults


def axes_note(name: str, layout: InputLayout, record: FrontendRecord) -> str:
    """What to say where the shape decided on the order; empty where the record did."""
    if "axes" in record.model_fields_set or layout.axes is Axes.FRAMES_FIRST:
        return ""
    return f"{name}: bands first, by its shape: {layout.features} bands x {layout.frames} frames"


def _orders(shape: tuple[int, ...], features: int) -> dict[Axes, int]:
    """The orders that a shape can be, each with its number of frames."""
    dimensions = tuple(length for length in shape if length != 1)
    if len(dimensions) == 2:
        first, second = dimensions
        orders = {}
        if second == features:
            orders[Axes.FRAMES_FIRST] = first
        if first == features:
            orders[Axes.BANDS_FIRST] = second
        return orders
    total = dimensions[0] if dimensions else 1
    if features < 1 or total % features:
        return {}
    frames = total // features
    return {Axes.FRAMES_FIRST: frames, Axes.BANDS_FIRST: frames}


def _differ(orders: dict[Axes, int], features: int) -> bool:
    """False for a single row: both orders are the same."""
    return features > 1 and all(frames > 1 for frames in orders.values())


def _no_order(
    name: str, shape: tuple[int, ...], record: FrontendRecord, where: Callable[..., str]
) -> Fault:
    dimensions = [length for length in shape if length != 1]
    noun, key = ("MFCC coefficients", "mfcc") if record.mfcc else ("mel bands", "bands")
    why = "no whole number of frames"
    remedy = "give the record of the features that the model was trained on"
    if len(dimensions) == 2:
        why = f"neither its rows nor its columns are {record.features}"
        counts = " or ".join(map(str, dict.fromkeys(dimensions)))
        remedy = f"give a record of {counts} {noun}, the one that the model was trained on"
    what = f"{record.features} {noun} a frame, but the input of {name} is {_text(shape)}: {why}"
    return Fault(where(key), what, remedy)


def _other_order(
    shape: tuple[int, ...], record: FrontendRecord, where: Callable[..., str], fits: Axes
) -> Fault:
    first, second = (length for length in shape if length != 1)
    as_stated = second if record.axes is Axes.FRAMES_FIRST else first
    what = (
        f"{record.axes.value} makes {as_stated} bands of the input {_text(shape)}; "
        f"the record has {record.features}"
    )
    remedy = f"state `axes: {fits.value}`, which makes {record.features}, if it was trained so"
    return Fault(where("axes"), what, remedy)


def _undecided(
    name: str, shape: tuple[int, ...], record: FrontendRecord, where: Callable[..., str]
) -> Fault:
    dimensions = [length for length in shape if length != 1]
    why = (
        f"{record.features} frames of {record.features} bands and {record.features} bands of "
        f"{record.features} frames look the same"
        if len(dimensions) == 2
        else "a flat input does not tell frames from bands"
    )
    what = f"the input of {name} is {_text(shape)}: {why}"
    remedy = REMEDY_KEY
    if record.name in PRESETS:
        file = shlex.quote(f"{name.removesuffix('.tflite')}.frontend.yaml")
        command = f"mel2metal frontend --from {record.name} axes=bands_first -o {file}"
        remedy = f"{remedy}, for example by `{command}`"
    return Fault(where("axes"), what, remedy)


def _text(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"
