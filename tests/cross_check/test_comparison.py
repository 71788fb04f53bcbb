# SPDX-License-Identifier: Apache-2.0
"""A corrupted value or count is found and named; equal runs have no difference."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cross_check.comparison import compare_runs
from cross_check.machines import INSTRUCTION_NS, MACHINES
from cross_check.program_output import CALL, HEAD, Kind, Output, Record, RunError, read_output

METERS = ("calibration_1", "mel_compute_frame_s8", "network_push_frame_s8")
CALLS = (0, 1, 2, 1, 2)
COUNTS = {0: [1], 1: [48_000, 48_001], 2: [300_000, 310_000]}

payloads = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in Kind if kind is not Kind.CALLS]),
        *(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=70)),
    ),
    max_size=6,
)


def written(records: list[Record], calls: list[tuple[int, int]]) -> bytes:
    """What target/main.c writes."""
    calls_values = np.array(calls, CALL).tobytes()
    parts = []
    for record in [*records, Record(Kind.CALLS, 0, 0, calls_values)]:
        count = len(record.values)
        parts.append(HEAD.pack(record.kind, record.index, record.row, count) + record.values)
        parts.append(bytes(-count % 4))
    return b"".join(parts)


def an_output() -> Output:
    records = [Record(Kind.FRAME, index, 0, bytes(range(64))) for index in range(3)]
    records.append(Record(Kind.LAYER, 4, 7, bytes(100)))
    return Output(tuple(records), CALLS, (0,) * len(CALLS))


def spoil(output: Output, place: int, offset: int, value: int) -> Output:
    records = list(output.records)
    values = bytearray(records[place].values)
    values[offset] = value
    records[place] = dataclasses.replace(records[place], values=bytes(values))
    return dataclasses.replace(output, records=tuple(records))


def test_equal_runs_have_no_difference() -> None:
    comparison = compare_runs(METERS, (an_output(), COUNTS), (an_output(), COUNTS))
    assert comparison.differences == ()
    assert (comparison.cells, comparison.calls) == (292, 5)


@given(st.integers(0, 3), st.integers(0, 63), st.integers(64, 255))
def test_each_spoiled_byte_is_named(place: int, offset: int, value: int) -> None:
    output = an_output()
    name = output.records[place].name
    (difference,) = compare_runs(
        METERS, (spoil(output, place, offset, value), COUNTS), (output, COUNTS)
    ).differences
    assert difference.startswith(f"{name}: 1 of ")
    assert f"first byte {offset}: QEMU {np.uint8(value).view(np.int8)}, Unicorn" in difference


def test_a_record_less_is_a_difference() -> None:
    shorter = dataclasses.replace(an_output(), records=an_output().records[:-1])
    (difference,) = compare_runs(METERS, (shorter, COUNTS), (an_output(), COUNTS)).differences
    assert difference == "only Unicorn has operator 4, row 7 and what follows"


@given(st.integers(0, 2), st.integers(0, 1), st.sampled_from([-1, 1, 1000]))
def test_each_spoiled_count_is_named(meter: int, call: int, error: int) -> None:
    call = min(call, len(COUNTS[meter]) - 1)
    counts = {key: list(values) for key, values in COUNTS.items()}
    counts[meter][call] += error
    (difference,) = compare_runs(METERS, (an_output(), counts), (an_output(), COUNTS)).differences
    assert f"{METERS[meter]} with {counts[meter][call]:,} instructions" in difference
    assert f"Unicorn {METERS[meter]} with {COUNTS[meter][call]:,} instructions" in difference


def test_calls_in_another_order_are_a_difference() -> None:
    other = dataclasses.replace(an_output(), call_meters=(0, 2, 1, 1, 2))
    differences = compare_runs(METERS, (other, COUNTS), (an_output(), COUNTS)).differences
    assert differences[0].startswith("metered call 1: QEMU has network_push_frame_s8")
    assert differences[1] == "2 of 5 metered calls differ"


@given(payloads, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2**32 - 1)), max_size=5))
def test_what_the_program_writes_is_read_back(
    content: list[tuple[Kind, int, int, bytes]], calls: list[tuple[int, int]]
) -> None:
    records = [Record(*fields) for fields in content]
    output = read_output(written(records, calls))
    assert list(output.records) == records
    assert list(zip(output.call_meters, output.call_ticks, strict=True)) == calls


def test_a_file_that_is_cut_short_is_refused() -> None:
    data = written([Record(Kind.FRAME, 0, 0, bytes(64))], [(1, 2)])
    for size in (0, 8, 70, len(data) - 12, len(data) - 4):
        with pytest.raises(RunError, match="the output"):
            read_output(data[:size])


@pytest.mark.parametrize("core", MACHINES)
@given(first=st.integers(0, 10**9), count=st.integers(0, 10**8), phase_ns=st.integers(0, 127))
def test_ticks_give_the_exact_number_of_instructions(
    core: str, first: int, count: int, phase_ns: int
) -> None:
    machine = MACHINES[core]
    began, ended = (
        (phase_ns + INSTRUCTION_NS * instructions) // machine.tick_ns
        for instructions in (first, first + count)
    )
    assert machine.instructions_of(ended - began) == count


def test_ticks_that_no_instructions_make_are_refused() -> None:
    with pytest.raises(ValueError, match="no number of instructions"):
        MACHINES["cortex-m4"].instructions_of(5)  # 200 ns: one instruction and a half
