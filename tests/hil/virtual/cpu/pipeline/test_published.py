# SPDX-License-Identifier: Apache-2.0
"""The models of pipelines against published cycles of whole functions."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from generator.repository import REPO_ROOT
from hil.virtual.cpu.pipeline.blocks import PIPELINES
from hil.virtual.cpu.pipeline.instruction import Instruction, Unit, disassemble
from hil.virtual.cpu.pipeline.published import (
    PublishedSequence,
    covered_units,
    later_pipeline,
    measured_sequences,
    pipeline_uncertainty,
    published_sequences,
    table_uncertainty,
)

ALLOWED_PERCENT = {"cortex-m33": (0.0, 0.0), "cortex-m4": (-3.6, 0.0), "cortex-m7": (-1.7, 2.2)}
"""As docs/performance.md says; the functions' own calls are in what was measured."""


def name_of(sequence: PublishedSequence) -> str:
    return (
        f"{sequence.core}-{sequence.source.replace('/', '-')}-{sequence.function}-{sequence.rounds}"
    )


MEASURED = [one for core in PIPELINES for one in measured_sequences(core)]


@pytest.mark.parametrize("sequence", MEASURED, ids=name_of)
def test_a_published_function_takes_what_was_measured(sequence: PublishedSequence) -> None:
    predicted = sequence.predicted(PIPELINES[sequence.core])
    low, high = ALLOWED_PERCENT[sequence.core]
    percent = 100 * (predicted / sequence.cycles - 1)
    assert low - 0.05 <= percent <= high + 0.05, f"{predicted}, measured {sequence.cycles}"


@pytest.mark.parametrize("core", PIPELINES)
def test_the_uncertainty_is_that_of_the_sequences(core: str) -> None:
    found = pipeline_uncertainty(core)
    low, high = ALLOWED_PERCENT[core]
    assert low - 0.05 <= found.lowest_percent <= found.highest_percent <= high + 0.05
    assert found.sequences == sum(one.core == core for one in MEASURED) >= 8
    assert f"over {found.sequences} published sequences" in found.text


@pytest.mark.parametrize("core", PIPELINES)
def test_the_page_has_the_same_numbers(core: str) -> None:
    page = (REPO_ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    pipeline, table = pipeline_uncertainty(core), table_uncertainty(core)
    title = core.replace("cortex-m", "Cortex-M")
    row = next(line for line in page.splitlines() if re.match(rf"\| {title} \| \d", line))
    assert row.startswith(f"| {title} | {pipeline.sequences} | ")
    for one in (pipeline, table):
        assert f"{one.lowest_percent:+.1f} to {one.highest_percent:+.1f} %" in row


@pytest.mark.parametrize("core", PIPELINES)
def test_the_table_is_further_off_than_the_pipeline(core: str) -> None:
    table, pipeline = table_uncertainty(core), pipeline_uncertainty(core)
    spread = table.highest_percent - table.lowest_percent
    assert spread > pipeline.highest_percent - pipeline.lowest_percent


def test_a_published_speed_up_is_predicted() -> None:
    """The same transform as scheduled for the Cortex-M4, and by a solver for the Cortex-M7."""
    slow, fast = (one for one in published_sequences() if not one.cycles)
    assert slow.core == fast.core == "cortex-m7"
    assert "1.69 times as fast" in fast.measured_on
    pipeline = PIPELINES["cortex-m7"]
    assert slow.predicted(pipeline) / fast.predicted(pipeline) == pytest.approx(1.69, abs=0.04)


def test_a_model_that_forgets_a_latency_is_found_out() -> None:
    class OneCycleEach:
        name, sources = "cortex-m33", "nothing"

        def cycles(self, instructions: Iterable[Instruction]) -> int:
            return sum(1 for _ in instructions)

    one = published_sequences()[0]
    assert one.core == "cortex-m33"
    assert one.predicted(OneCycleEach()) < 0.95 * one.cycles


@pytest.mark.parametrize(("core", "measured", "later"), [("cortex-m33", 3, 4), ("cortex-m7", 3, 4)])
def test_results_that_nobody_held_against_a_function_can_come_later(
    core: str, measured: int, later: int
) -> None:
    code = bytes.fromhex("21fb0230 00eb0504")  # smlad r0, r1, r2, r3; add.w r4, r0, r5
    instructions = disassemble(code, 0)
    assert PIPELINES[core].cycles(instructions) == measured
    assert later_pipeline(core).cycles(instructions) == later
    covered = disassemble(bytes.fromhex("d1f80000 00eb0504"), 0)  # ldr.w r0, [r1]; the same
    assert PIPELINES[core].cycles(covered) == later_pipeline(core).cycles(covered)


def test_multiplications_are_covered_on_the_m4_alone() -> None:
    """What the bench says of its estimates rests on this."""
    assert Unit.MULTIPLY in covered_units("cortex-m4")
    assert later_pipeline("cortex-m4") is PIPELINES["cortex-m4"]
    assert Unit.MULTIPLY not in covered_units("cortex-m33") | covered_units("cortex-m7")
    assert {Unit.LOAD, Unit.SHIFTED, Unit.EXTEND} <= covered_units("cortex-m33")
