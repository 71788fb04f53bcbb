# SPDX-License-Identifier: Apache-2.0
"""The trend page: one HTML file without scripts, which loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.errors import Fault
from hil.history import chart
from hil.history.row import Row

TEMPLATE = "page.html.j2"


def page_text(board: str, rows: Sequence[Row], skipped: Sequence[Fault]) -> str:
    """The page of a board's runs, the first one first."""
    series = list(dict.fromkeys(row.series for row in rows))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        board=board,
        rows=rows,
        series=series,
        charts=[chart.draw(measure, rows, series) for measure in chart.MEASURES],
        skipped=[f"{fault.where}: {fault.what}" for fault in skipped],
        chart=chart,
    )
