# SPDX-License-Identifier: Apache-2.0
"""The page itself: from the content of a run's files to HTML, and nothing else is asked.

All figures come from report, details and evidence, so that the page says what they say. Templates
print; what is computed for them is computed in this folder's other modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hil.report.details import Details
from hil.report.evidence import Evidence
from hil.report.html.accuracy import make_accuracy
from hil.report.html.clips import make_clips
from hil.report.html.latency import make_latency
from hil.report.html.memory import make_memory
from hil.report.html.shown import ShownFigures
from hil.report.html.sound import Sound
from hil.report.html.verdict import judge
from hil.report.model import FaultFigures, Report
from hil.report.records import RetryRecord

_TEMPLATES = Path(__file__).parent / "templates"
_SHOWN_RETRIES = 50


@dataclass(frozen=True, slots=True)
class _Retries:
    shown: tuple[RetryRecord, ...]
    more: int


def make_page(
    report: Report, details: Details, evidence: Evidence, sounds: Mapping[str, Sound]
) -> str:
    """The text of report.html; the same input gives the same bytes.

    `sounds`: of the clips that are shown, by name. Raises ValueError for damaged evidence.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    figures = ShownFigures(report.as_json())
    return environment.get_template("page.html.j2").render(
        report=report,
        details=details,
        of=figures,
        of_details=ShownFigures(details.as_json(), "details."),
        leaves=figures.leaves(),
        verdict=judge(report, details),
        accuracy=make_accuracy(report, details),
        clips=make_clips(report, details, evidence, sounds),
        latency=make_latency(report, details, evidence),
        fault_columns=list(FaultFigures.model_fields),
        memory=make_memory(report, evidence),
        retries=_Retries(
            details.retries[:_SHOWN_RETRIES], max(0, len(details.retries) - _SHOWN_RETRIES)
        ),
    )
