# SPDX-License-Identifier: Apache-2.0
"""The exception logs are compared word for word; differences are named."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cross_check.exception_scenarios import (
    FIELDS,
    NAMES,
    QEMU_DEVIATES,
    compare_scenarios,
    explain,
    first_board,
    run_on_board,
)
from cross_check.image import Target
from cross_check.machines import MACHINES
from cross_check.program_output import Output
from generator.project.manifest import Project
from generator.toolchain.locate import Toolchain


@pytest.fixture(scope="module")
def noted(project: Project, toolchain: Toolchain) -> Output:
    """What the virtual board with the Cortex-M4 notes."""
    board = first_board("cortex-m4")
    assert board is not None
    return run_on_board(Target(project, MACHINES["cortex-m4"], toolchain), board)


def words_of(output: Output, scenario: str) -> list[int]:
    values = output.records[NAMES.index(scenario)].values
    return [int(word) for word in np.frombuffer(values, "<u4")]


def spoil(output: Output, scenario: str, place: int, word: int) -> Output:
    records = list(output.records)
    index = NAMES.index(scenario)
    words = words_of(output, scenario)
    words[place] = word
    values = np.array(words, "<u4").tobytes()
    records[index] = dataclasses.replace(records[index], values=values)
    return dataclasses.replace(output, records=tuple(records))


def test_every_scenario_notes_what_its_handlers_see(noted: Output) -> None:
    assert len(noted.records) == len(NAMES)
    masked = {"divide_by_zero_untrapped", "withdraw_pendsv"}
    for name in NAMES:
        fields = explain(words_of(noted, name))
        assert (fields.count(FIELDS[0]) > 0) == (name not in masked), name
        assert fields.count(FIELDS[0]) == fields.count(FIELDS[-1]) == fields.count("end of handler")


def test_a_spoiled_word_is_named(noted: Output) -> None:
    right = spoil(noted, "breakpoint", FIELDS.index("HFSR"), QEMU_DEVIATES["breakpoint", "HFSR"][0])
    assert compare_scenarios(right, noted) == []
    place = FIELDS.index("CFSR")
    (difference,) = compare_scenarios(right, spoil(noted, "bus_fault", place, 7))
    wanted = words_of(noted, "bus_fault")[place]
    assert difference == (
        f"bus_fault: CFSR (word {place}): QEMU 0x{wanted:08x}, the board 0x00000007"
    )


def test_a_known_deviation_is_let_pass_with_those_values_only(noted: Output) -> None:
    (difference,) = compare_scenarios(noted, noted) or ("",)
    assert not difference  # QEMU as the architecture wants it: as good
    wrong = spoil(noted, "breakpoint", FIELDS.index("HFSR"), 3)
    assert compare_scenarios(wrong, noted)[0].startswith("breakpoint: HFSR")


def test_fewer_scenarios_are_a_difference(noted: Output) -> None:
    fewer = dataclasses.replace(noted, records=noted.records[:-1])
    assert compare_scenarios(noted, fewer)[-1] == "the number of scenarios differs"
