# SPDX-License-Identifier: Apache-2.0
"""The columns of a run beside the published figures: one table for text and picture.

A value of report.json becomes a column by one entry of `COLUMNS`. RAM and flash are those of the
network alone, in KiB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from generator.model.published import PublishedRow, hash_clips, published_rows
from hil.report.model import Report
from hil.report.records import ClipRecord


@dataclass(frozen=True, slots=True)
class Column:
    """One figure: how it is headed, where our value and the published one come from."""

    heading: str
    ours: Callable[[Report], float | None]
    """None where it was not measured."""

    theirs: Callable[[PublishedRow], float | None] = lambda row: None
    """None where nothing is published."""

    form: str = ".1f"
    """Format of our value."""

    their_form: str = ".1f"
    """Format of the published value."""

    before: Callable[[Report], str] = lambda report: ""
    """A mark before our value, explained below the table."""

    after: Callable[[Report], str] = lambda report: ""
    """A mark behind our value, explained below the table."""

    chart: str = ""
    """Title of the bar chart that shows it; columns of one chart are stacked. Empty: no chart."""

    whole_of: str = ""
    """Title of the bar chart whose bars, stacked, have this length. Empty: of none."""

    def our_text(self, report: Report) -> str:
        """Our cell of the summary."""
        value = self.ours(report)
        if value is None:
            return "-"
        return f"{self.before(report)}{value:{self.form}}{self.after(report)}"

    def their_text(self, row: PublishedRow) -> str:
        """The published cell of the summary."""
        value = self.theirs(row)
        return "-" if value is None else f"{value:{self.their_form}}"


def kib(name: str) -> Callable[[Report], float | None]:
    """A figure of the network's footprint; None where the image came without one."""

    def read(report: Report) -> float | None:
        if report.footprint is None:
            return None
        return float(getattr(report.footprint.network, name)) / 1024

    return read


def estimated_mark(report: Report) -> str:
    """`~` where cycles were not measured on silicon."""
    return "~" if report.latency.cycles_are == "estimated" else ""


def trained_mark(report: Report) -> str:
    """`!` where the accuracy was taken on clips that trained the model."""
    return "!" if report.trained_on.folds_played_in_training else ""


_TIME = "network, ms a patch at 160 MHz"
_RAM = "RAM, KiB: activations + run time"
_FLASH = "flash, KiB: weights + code"

COLUMNS = (
    Column(
        "ms",
        lambda report: report.latency.network_ms_at_160mhz,
        lambda row: row.network_ms,
        form=",.2f",
        their_form=".2f",
        before=estimated_mark,
        chart=_TIME,
        whole_of=_TIME,
    ),
    Column("activ.", kib("activation_ram_bytes"), lambda row: row.activation_ram_kib, chart=_RAM),
    Column("runtime", kib("runtime_ram_bytes"), lambda row: row.runtime_ram_kib, chart=_RAM),
    Column("RAM", kib("total_ram_bytes"), lambda row: row.total_ram_kib, whole_of=_RAM),
    Column("weights", kib("weights_flash_bytes"), lambda row: row.weights_flash_kib, chart=_FLASH),
    Column("code", kib("code_flash_bytes"), lambda row: row.code_flash_kib, chart=_FLASH),
    Column("flash", kib("total_flash_bytes"), lambda row: row.total_flash_kib, whole_of=_FLASH),
    Column(
        "right %",
        lambda report: None if report.accuracy is None else 100 * report.accuracy,
        lambda row: row.accuracy_percent,
        form=".2f",
        after=trained_mark,
    ),
)
"""From left to right."""


def published_beside(report: Report, clips: Iterable[ClipRecord]) -> tuple[PublishedRow, ...]:
    """What is published of this model; its accuracy only if `clips` are those of ESC-10."""
    names_and_labels = (
        (clip.clip, "+".join(report.labels[label] for label in clip.truth or ())) for clip in clips
    )
    return published_rows(report.model_sha256, hash_clips(names_and_labels))


def published_note(rows: tuple[PublishedRow, ...]) -> str:
    """What the mark `*` of published rows means; empty if there are none."""
    if not rows:
        return ""
    note = "* published by ST for Yamnet-256 on B-U585I-IOT02A, not measured here"
    if all(row.accuracy_percent is None for row in rows):
        return f"{note};\n  its accuracy is of other clips and not shown"
    return f"{note};\n  its accuracy is of a random fifth of ESC-10, features made on the host"


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart: for the run and each published row, a bar of stacked parts."""

    title: str
    parts: tuple[Column, ...]
    whole: Column
    """What the bars are labelled with: published parts are rounded, and their sum is not it."""


def charts() -> tuple[Chart, ...]:
    """The bar charts, in order."""
    return tuple(
        Chart(whole.whole_of, tuple(c for c in COLUMNS if c.chart == whole.whole_of), whole)
        for whole in COLUMNS
        if whole.whole_of
    )
