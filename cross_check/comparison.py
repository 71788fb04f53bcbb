# SPDX-License-Identifier: Apache-2.0
"""QEMU's run against Unicorn's, and both against the host twin: equal, or where they part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from cross_check.records import Kind, Output, Record
from generator.host.twin import HostTwin

Counts = Mapping[int, Sequence[int]]
"""Instructions of each call, by the number of the function."""

PATCH_WORDS = 2
"""First frame and gated samples stand before a patch's scores."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was compared, and every difference in words."""

    cells: int
    calls: int
    differences: tuple[str, ...]


def compare_runs(
    meters: Sequence[str], qemu: tuple[Output, Counts], unicorn: tuple[Output, Counts]
) -> Agreement:
    """Compare outputs byte for byte and instructions call for call.

    `meters` are the functions' names, by their numbers.
    """
    (output, counts), (other_output, other_counts) = qemu, unicorn
    differences = compare_records(output.records, other_output.records, ("QEMU", "Unicorn"))
    differences += compare_calls(
        [(meters[meter], counts) for meter, counts in _in_order(output, counts)],
        [(meters[meter], counts) for meter, counts in _in_order(other_output, other_counts)],
    )
    return Agreement(output.cells, len(output.call_meters), tuple(differences))


def compare_records(
    records: Sequence[Record], others: Sequence[Record], names: tuple[str, str]
) -> list[str]:
    """Tell each record that differs, with the first value of it that does."""
    differences = []
    for record, other in zip_longest(records, others):
        if record is None or other is None:
            left = record or other
            has = names[0] if other is None else names[1]
            differences.append(f"only {has} has {left.name} and what follows")
            break
        if (record.kind, record.index, record.row) != (other.kind, other.index, other.row):
            what = f"{names[0]} has {record.name} where {names[1]} has {other.name}"
            differences.append(what)
            break
        if record.values != other.values:
            differences.append(_first_difference(record, other.values, names))
    return differences


def _first_difference(record: Record, other: bytes, names: tuple[str, str]) -> str:
    if len(record.values) != len(other):
        sizes = f"{names[0]} {len(record.values)}, {names[1]} {len(other)}"
        return f"{record.name}: bytes: {sizes}"
    left, right = (np.frombuffer(values, np.int8) for values in (record.values, other))
    places = np.flatnonzero(left != right)
    first = int(places[0])
    values = f"{names[0]} {left[first]}, {names[1]} {right[first]}"
    return f"{record.name}: {places.size} of {left.size} bytes, first byte {first}: {values}"


def _in_order(output: Output, counts: Counts) -> list[tuple[int, int]]:
    """Pair each metered call, in the order of the returns, with its instructions."""
    taken = {meter: iter(calls) for meter, calls in counts.items()}
    return [(meter, next(taken.get(meter, iter(())), -1)) for meter in output.call_meters]


def compare_calls(calls: Sequence[tuple[str, int]], others: Sequence[tuple[str, int]]) -> list[str]:
    """Tell the first call that differs, and how many do.

    Calls stand in the order of their returns, so the innermost function comes first.
    """
    differences = []
    wrong = 0
    for place, (call, other) in enumerate(zip_longest(calls, others)):
        if call == other:
            continue
        wrong += 1
        if wrong == 1:
            left, right = (
                "nothing" if one is None else f"{one[0]} with {one[1]:,} instructions"
                for one in (call, other)
            )
            differences.append(f"metered call {place}: QEMU has {left}, Unicorn {right}")
    if wrong > 1:
        differences.append(f"{wrong} of {max(len(calls), len(others))} metered calls differ")
    return differences


def compare_with_host(
    output: Output, twin: HostTwin, samples: NDArray[np.int16], *, taps: bool
) -> Agreement:
    """Compare frames, patches and, with taps, layers of the first patch with the host twin's."""
    clip = twin.run_clip(samples)
    expected = [
        Record(Kind.FRAME, index, 0, frame.tobytes()) for index, frame in enumerate(clip.frames)
    ]
    for patch in clip.patches:
        words = np.array([patch.first_frame, patch.gated_samples], "<u4").tobytes()
        expected.append(Record(Kind.PATCH, patch.index, 0, words + patch.scores.tobytes()))
    found = [record for record in output.records if record.kind in {Kind.FRAME, Kind.PATCH}]
    found.sort(key=lambda record: (record.kind, record.index))
    if taps:
        layers = [record for record in output.records if record.kind is Kind.LAYER]
        found += layers
        outputs = twin.taps(clip.frames[: twin.frames_per_patch])
        for layer in layers:
            size = len(layer.values)
            row = outputs[layer.index].tobytes()[layer.row * size : (layer.row + 1) * size]
            expected.append(Record(Kind.LAYER, layer.index, layer.row, row))
        seen = sum(len(layer.values) for layer in layers)
        due = sum(values.nbytes for values in outputs.values())
        if seen != due:
            what = f"{seen} bytes of layers came, {due} were due"
            return Agreement(seen, 0, (what,))
    cells = sum(len(record.values) for record in found)
    differences = compare_records(found, expected, ("QEMU", "the host"))
    return Agreement(cells, 0, tuple(differences))
