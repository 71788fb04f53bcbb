# SPDX-License-Identifier: Apache-2.0
"""Records drawn over every key: refused with a reason, or computed as docs/frontend.md says.

What is taken is compiled under AddressSanitizer and UBSan. It equals the integers of the page bit
for bit; against float64 every cell is within one step, and 99 % are equal. DRAWN_RECORDS=N
draws N of each kind, `make drawn-records` a hundred; otherwise a few.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
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
EQUAL_SHARE = 0.99
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


def check_case(case: Case, tables: MelTables) -> None:
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
    far = f"{apart.max()} steps away at {first_of(apart == apart.max())}"
    assert apart.max() <= 1, far
    assert (apart == 0).mean() >= EQUAL_SHARE, f"{(apart == 0).mean():.2%} equal"


def first_of(where: NDArray[np.bool_]) -> str:
    frame, feature = np.argwhere(where)[0]
    return f"frame {frame}, feature {feature}, {where.sum()} of {where.size} cells"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=RECORDS,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a build takes seconds: what fails is shown as it was drawn
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_a_record_that_is_taken_is_computed(kind: str, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    note(f"{record_text(case.record)}scale {case.scale!r}, zero point {case.zero_point}")
    tables = tables_or_faults(case)
    if isinstance(tables, list):
        assert all(fault.what and fault.remedy for fault in tables)
        return
    check_case(case, tables)


@pytest.mark.parametrize("kind", KINDS)
def test_records_as_people_write_them_are_taken(kind: str) -> None:
    refused: list[str] = []
    drawn: list[Case] = []

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(kind))
    def draw(case: Case) -> None:
        drawn.append(case)
        tables = tables_or_faults(case)
        if isinstance(tables, list):
            refused.append("; ".join(f"{fault.where} {fault.what}" for fault in tables))

    draw()
    assert 1 - len(refused) / len(drawn) >= LEAST_TAKEN, "\n".join(refused)
