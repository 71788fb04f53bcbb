# SPDX-License-Identifier: Apache-2.0
"""Runs with something of everything that a page shows, made from records as a real one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from hil.boards.memory_map import PlacedSection
from hil.report.details import make_details
from hil.report.evidence import make_evidence
from hil.report.evidence_records import EvidenceRecord, LayerCostRecord, OperatorCost, pack_cells
from hil.report.figures import make_report
from hil.report.html.write import RunFiles
from hil.report.model import Gate, MemoryRegion
from hil.report.records import DivergenceRecord, RetryRecord, RunRecords
from hil.report.struck_records import FaultsRecord
from tests.hil.report.test_figures import BOARD, MEMORY, clip, run_of

RATE_HZ = 16_000
FRAMES = 497
BANDS = 64
FIRST_FRAMES = (0, 72)
HOSTILE = "<script>alert(1)</script>&\"'"
"""A name of a user's file that HTML must not take for its own."""

FLASH, RAM = 0x0800_0000, 0x2000_0000
PLACED = (
    PlacedSection(".vectors", FLASH, 0x240, is_load_image=False),
    PlacedSection(".text.network", FLASH + 0x240, 6400, is_load_image=False),
    PlacedSection(".rodata.network_weights", FLASH + 0x1C00, 139_264, is_load_image=False),
    PlacedSection(".data.port", FLASH + 0x24000, 64, is_load_image=True),
    PlacedSection(".stack", RAM, 2048, is_load_image=False),
    PlacedSection(".data.port", RAM + 0x800, 64, is_load_image=False),
    PlacedSection(".bss.network", RAM + 0x900, 35_840, is_load_image=False),
)
REGIONS = (
    MemoryRegion(name="flash", kind="flash", origin=FLASH, size_bytes=2_097_152),
    MemoryRegion(name="ram", kind="ram", origin=RAM, size_bytes=786_432),
    MemoryRegion(name="sram4", kind="ram", origin=0x2800_0000, size_bytes=16_384),
)
GATES = (
    Gate(
        name="min_accuracy", limit=0.9, value=0.5714, unit="share", estimated=False, passed=False,
        source="--min-accuracy", text="57.14 % is 32.86 points below 90 %",
    ),
    Gate(
        name="max_answer_ms", limit=20, value=5.0, unit="ms", estimated=True, passed=True,
        source="boards.yaml", text="5 ms of 20 ms",
    ),
    Gate(
        name="max_ram_bytes", limit=100_000, value=None, unit="bytes", estimated=False,
        passed=False, source="pyproject.toml", text="not judged: no footprint",
    ),
)  # fmt: skip
COST = LayerCostRecord(
    "u585",
    (
        OperatorCost(0, "CONV_2D", "first", (1, 48, 32, 32), 600_000, 700_000),
        OperatorCost(1, "FULLY_CONNECTED", "last", (1, 3), 3000, 4000),
    ),
    13_000,
    20_000,
)


def evidence(
    name: str, audio: str, scores: Sequence[Sequence[int]], *, kept: bool
) -> EvidenceRecord:
    """Of a clip of two patches; its features are drawn by its name."""
    cells = np.random.default_rng(len(name)).integers(-128, 128, (FRAMES, BANDS), np.int8)
    return EvidenceRecord(
        "u585",
        name,
        audio,
        FIRST_FRAMES,
        tuple(map(tuple, scores)),
        BANDS,
        pack_cells(cells) if kept else "",
    )


def full_records(folder: Path, wrong: int = 3) -> RunRecords:
    """A run of 8 right clips and so many wrong ones, with a failed test, retries, differences.

    Sounds are written to `folder`; that of the last wrong clip is not there.
    """
    board = replace(
        BOARD, placed=PLACED, memories=REGIONS, properties={"probe": "virtual:u585", "port": "x"}
    )
    run = run_of(board, MEMORY, COST)
    for number in range(8):
        name = f"right-{number}"
        run.add(clip(name, number % 3, number % 3, network_cycles=(16_000_000, 17_000_000)))
        run.add(evidence(name, "", [[100, -100, -100], [90, -100, -90]], kept=False))
    for number in range(wrong):
        name = HOSTILE if number == 0 else f"wrong-{number:02}"
        path = folder / f"{number}.wav"
        if number < wrong - 1:
            noise = np.random.default_rng(number).normal(0, 0.1, 5 * RATE_HZ)
            soundfile.write(path, np.clip(noise, -1, 1), RATE_HZ)
        run.add(clip(name, 1, 2, gated_samples=1600 * number))
        run.add(evidence(name, str(path), [[-120, -20 - number, 90], [-60, 20, 70]], kept=True))
    run.add(clip("undecided", 0, -2))
    run.add(evidence("undecided", "", [[10, 5, 0], [0, 5, 10]], kept=True))
    run.add(DivergenceRecord("u585", 2, "right-0: scores, board against host twin: 2 of 6 differ"))
    run.add(RetryRecord("u585", "t[u585-right-1]", "resend", "CRC", "right-1", "2026-01-02T03:04Z"))
    struck = {"link-cut": {"injected": 2, "detected": 1, "harmless": 1, "recovered": 1}}
    run.add(FaultsRecord("u585", "right-1", 1, 7, {"link-cut": 0.5, "link-silent": 0.5}, struck))
    for name in run.clips:
        run.selected_clips.add(name)
        run.offered_clips.add(name)
        run.selected_tests.add(f"t[u585-{name}]")
        run.finished_tests.add(f"t[u585-{name}]")
    run.failed_tests["t[u585-right-0]"] = "right-0"
    return run


def files_of(records: RunRecords) -> RunFiles:
    """What such a run writes."""
    report = make_report(records, 12.5).model_copy(update={"gates": GATES})
    return RunFiles(report, make_details(records), make_evidence(records))
