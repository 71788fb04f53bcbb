# SPDX-License-Identifier: Apache-2.0
"""The faults of a run: their part of the report, and their line of the summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from hil.fault_modes.tally import sum_tallies
from hil.report.model import FaultFigures, Faults
from hil.report.struck_records import FaultsRecord


def sum_faults(records: Sequence[FaultsRecord]) -> Faults | None:
    """What became of all faults of a run; None: none were asked for."""
    if not records:
        return None
    tally = sum_tallies(record.tally for record in records)
    return Faults(
        seed=records[0].seed,
        rates=records[0].rates,
        total=FaultFigures(**asdict(tally.total)),
        modes={name: FaultFigures(**counts) for name, counts in tally.to_plain().items()},
    )


def fault_lines(faults: Faults | None) -> list[str]:
    """`1,204 injected (seed 1): 1,012 detected, …`; nothing where none were asked for."""
    if faults is None:
        return []
    total = faults.total
    return [
        f"FAULTS       {total.injected:,} injected (seed {faults.seed}): {total.detected:,} "
        f"detected, {total.harmless:,} harmless, {total.recovered:,} recovered, "
        f"{total.lost:,} lost, {total.wrong:,} wrong"
    ]
