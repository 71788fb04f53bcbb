# SPDX-License-Identifier: Apache-2.0
"""Reading of the program's output file.

The layout is that of `struct record` and `enum record_kind` in target/main.c.
"""

from __future__ import annotations

import enum
import struct
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.errors import Mel2metalError

HEAD = struct.Struct("<4I")
CALL = np.dtype([("meter", "<u4"), ("ticks", "<u4")])


class RunError(Mel2metalError):
    """The program did not finish on an emulator, or its output is incomplete."""


class Kind(enum.IntEnum):
    """The content of a record."""

    FRAME = 1
    PATCH = 2
    CLIP = 3
    LAYER = 4
    SCORES = 5
    CALLS = 6
    RESULTS = 7


@dataclass(frozen=True, slots=True)
class Record:
    """A piece of output: a frame, a patch's scores, a row of a layer."""

    kind: Kind
    index: int
    row: int
    values: bytes

    @property
    def name(self) -> str:
        """The record's name in messages."""
        row = f", row {self.row}" if self.kind is Kind.LAYER else ""
        what = "operator" if self.kind is Kind.LAYER else self.kind.name.lower()
        return f"{what} {self.index}{row}"


@dataclass(frozen=True, slots=True)
class Output:
    """The output of a run: results and the ticks of each metered call, in the returns' order."""

    records: tuple[Record, ...]
    call_meters: tuple[int, ...]
    """Index of the function in `Image.meters`, by call."""
    call_ticks: tuple[int, ...]

    @property
    def cells(self) -> int:
        """Bytes of all records."""
        return sum(len(record.values) for record in self.records)


def read_output(data: bytes) -> Output:
    """Parse the output file of a run; raises RunError if it is truncated."""
    records: list[Record] = []
    position = 0
    while position < len(data):
        if position + HEAD.size > len(data):
            raise RunError(f"the output ends within the head of record {len(records)}")
        kind, index, row, count = HEAD.unpack_from(data, position)
        position += HEAD.size
        values = data[position : position + count]
        if len(values) != count:
            raise RunError(f"the output ends within record {len(records)}")
        records.append(Record(Kind(kind), index, row, values))
        position += (count + 3) & ~3
    if not records or records[-1].kind is not Kind.CALLS:
        raise RunError("the output does not end with the metered calls")
    calls = np.frombuffer(records.pop().values, CALL)
    meters, ticks = calls["meter"].tolist(), calls["ticks"].tolist()
    return Output(tuple(records), tuple(meters), tuple(ticks))


def by_meter(meters: Sequence[int], counts: Sequence[int]) -> dict[int, list[int]]:
    """Group counts by function; the calls of a function stay in order."""
    sorted_counts: dict[int, list[int]] = defaultdict(list)
    for meter, count in zip(meters, counts, strict=True):
        sorted_counts[meter].append(count)
    return dict(sorted_counts)
