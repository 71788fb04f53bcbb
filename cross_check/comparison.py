# SPDX-License-Identifier: Apache-2.0
"""Comparison of a QEMU run with a Unicorn run and with the host twin; differences as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from cross_check.program_output import Kind, Output, Record
from generator.host.twin import HostTwin

Counts = Mapping[int, Sequence[int]]
"""Instructions of each call, by the index of the metered function."""

PATCH_WORDS = 2
"""The words before a patch's scores: first frame and gated samples."""


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The number of compared bytes and calls, and every difference as text."""

    cells: int
    calls: int
    differences: tuple[str, ...]


def compare_runs(
    meters: Sequence[str], qemu: tuple[Output, Counts], unicorn: tuple[Output, Counts]
) -> RunComparison:
    """Compare outputs byte for byte and instructions call for call.

    `meters`: the metered functions' names, by index.
    """
    (output, counts), (other_output, other_counts) = qemu, unicorn
    differences = compare_records(output.records, other_output.records, ("QEMU", "Unicorn"))
    differences += compare_calls(
        [(meters[meter], counts) for meter, counts in _in_order(output, counts)],
        [(meters[meter], counts) for meter, counts in _in_order(other_output, other_counts)],
    )
    return RunComparison(output.cells, len(output.call_meters), tuple(differences))


def compare_records(
    records: Sequence[Record], others: Sequence[Record], names: tuple[str, str]
) -> list[str]:
    """One text per differing record, with its first differing value."""
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
    """(meter, instructions) of each metered call, in the order of the returns."""
    taken = {meter: iter(calls) for meter, calls in counts.items()}
    return [(meter, next(taken.get(meter, iter(())), -1)) for meter in output.call_meters]


def compare_calls(calls: Sequence[tuple[str, int]], others: Sequence[tuple[str, int]]) -> list[str]:
    """The first differing call and the number of differing calls, as text.

    Calls are in the order of their returns, so that the innermost function comes first.
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
) -> RunComparison:
    """Compare frames, patches and, with `taps`, layers of the first patch with the host twin."""
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
        received = sum(len(layer.values) for layer in layers)
        expected_bytes = sum(values.nbytes for values in outputs.values())
        if received != expected_bytes:
            what = f"{received} bytes of layers, expected {expected_bytes}"
            return RunComparison(received, 0, (what,))
    cells = sum(len(record.values) for record in found)
    differences = compare_records(found, expected, ("QEMU", "the host"))
    return RunComparison(cells, 0, tuple(differences))
