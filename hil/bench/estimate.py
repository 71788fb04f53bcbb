# SPDX-License-Identifier: Apache-2.0
"""What stands beside estimated cycles: by which models, and how far off these were."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from generator.boards.record import BoardSpec
from hil.bench.record import Estimate
from hil.bench.run import Measured
from hil.boards.virtual_board import estimators_of


def estimate_of(spec: BoardSpec, measurements: Sequence[Measured]) -> Estimate:
    """Of the runs on a virtual board."""
    known = estimators_of(spec)
    return Estimate(
        pipeline_model=known.pipeline_model,
        lowest_percent=round(known.pipeline.lowest_percent, 1),
        highest_percent=round(known.pipeline.highest_percent, 1),
        published_sequences=known.pipeline.sequences,
        uncovered_percent=round(100 * fmean(one.uncovered_share for one in measurements), 1),
        later_percent=round(100 * fmean(one.later_share for one in measurements), 1),
        table=known.table_name,
        table_lowest_percent=round(known.table.lowest_percent, 1),
        table_highest_percent=round(known.table.highest_percent, 1),
        flash=known.flash,
    )
