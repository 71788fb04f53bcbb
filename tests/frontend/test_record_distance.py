# SPDX-License-Identifier: Apache-2.0
"""Records drawn over every key: refused with a reason, or computed as docs/frontend.md says.

What is taken is compiled under AddressSanitizer and UBSan. It equals the integers of the page bit
for bit; against float64 every cell is within one step, and 99 % are equal over the records of a
kind. DRAWN_RECORDS=N draws N of each kind, `make drawn-records` a hundred; otherwise a few.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from numpy.typing import NDArray

from generator.errors import Fault, InputError
from generator.frontend.checks import record_faults
from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.record_text import record_text
from tests.frontend import integer_twin
from tests.frontend.drawn_records import KINDS, Case, cases, sound
from tests.frontend.float_record import band_sums
from tests.frontend.record_distance import steps_apart
from tests.frontend.record_program import build_program, run_program

RECORDS = int(os.environ.get("DRAWN_RECORDS", "8"))
EQUAL_SHARE, EQUAL_OF_ONE = 0.99, 0.97
"""Of the cells of a kind's records; of one record, whose sound is short and a fifth of it hard."""
LEAST_TAKEN = 0.85
"""Of drawn records: they are all such as people write."""


def tables_or_faults(case: Case) -> MelTables | list[Fault]:
    faults = record_faults(case.record)
    if faults:
        return faults
    try:
        return make_mel_tables(case.record, case.scale, case.zero_point)
    except InputError as error:
        return list(error.faults)


def equal_cells(case: Case, tables: MelTables) -> NDArray[np.bool_]:
    """Which cells of a sound equal float64; fails where ours is not the page's, or is far away."""
    samples = sound(case.record)
    with tempfile.TemporaryDirectory(prefix="mel2metal-record-") as scratch:
        program = build_program(case.record, case.scale, case.zero_point, Path(scratch))
        ours = run_program(program, case.record, samples)
    twin = integer_twin.features(samples, tables)
    assert ours.shape == twin.shape
    assert np.array_equal(ours, twin), f"the page says otherwise at {first_of(ours != twin)}"
    sums = band_sums(case.record, samples)
    if case.record.silence_gate is not None:
        sums = sums[integer_twin.gate_open(samples, tables)]
    apart = steps_apart(case.record, case.scale, case.zero_point, ours, sums)
    assert apart.max() <= 1, f"{apart.max()} steps away at {first_of(apart == apart.max())}"
    equal = apart[distinct(sums)] == 0
    assert equal.mean() >= EQUAL_OF_ONE, f"{equal.mean():.2%} equal"
    return equal.ravel()


def distinct(sums: NDArray[np.float64]) -> NDArray[np.int64]:
    """The first of each frames that are the same: where silence is on a tie, it counts once."""
    _, first = np.unique(sums, axis=0, return_index=True)
    return np.sort(first)


def first_of(where: NDArray[np.bool_]) -> str:
    frame, feature = np.argwhere(where)[0]
    return f"frame {frame}, feature {feature}, {where.sum()} of {where.size} cells"


def draw_each(kind: str, count: int, use: Callable[[Case], None]) -> None:
    """`use` of `count` cases of a kind, the same ones every time.

    A build takes seconds: what fails is shown as it was drawn, not shrunk.
    """

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(kind))
    def draw(case: Case) -> None:
        note(f"{record_text(case.record)}scale {case.scale!r}, zero point {case.zero_point}")
        use(case)

    draw()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_record_that_is_taken_is_computed(kind: str) -> None:
    equal: list[NDArray[np.bool_]] = []

    def use(case: Case) -> None:
        tables = tables_or_faults(case)
        if isinstance(tables, list):
            assert all(fault.what and fault.remedy for fault in tables)
        else:
            equal.append(equal_cells(case, tables))

    draw_each(kind, RECORDS, use)
    share = np.concatenate(equal).mean()
    print(f"{kind}: {len(equal)} of {RECORDS} records taken, {share:.4%} of the cells equal")
    assert share >= EQUAL_SHARE


@pytest.mark.parametrize("kind", KINDS)
def test_records_as_people_write_them_are_taken(kind: str) -> None:
    drawn: list[Case] = []
    refused: list[str] = []

    def use(case: Case) -> None:
        drawn.append(case)
        tables = tables_or_faults(case)
        if isinstance(tables, list):
            refused.append("; ".join(f"{fault.where} {fault.what}" for fault in tables))

    draw_each(kind, 60, use)
    assert 1 - len(refused) / len(drawn) >= LEAST_TAKEN, "\n".join(refused)
