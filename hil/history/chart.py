# SPDX-License-Identifier: Apache-2.0
"""The geometry of one chart: a figure of all runs, in units of its drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from hil.history.row import Row

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 104, 16, 12, 28
MARKED_RUNS = 6
"""At most so many dates stand below a chart."""
SMALLEST_SPREAD = 1e-9
"""Of values that are drawn apart, of 1 or of the value itself: no figure has so many digits."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a run."""

    title: str
    value: Callable[[Row], float | None]
    text: Callable[[float], str]
    interval: Callable[[Row], tuple[float | None, float | None]] = lambda row: (None, None)
    joined: Callable[[Row], Hashable] = lambda row: None
    """Runs of a series are joined by a line where this is equal as well."""

    estimated: Callable[[Row], bool] = lambda row: False


def _whole(value: float) -> str:
    return f"{value:,.0f}"


MEASURES = (
    Measure(
        "Accuracy of clips, % (95 % Wilson interval)",
        lambda row: None if row.accuracy is None else 100 * row.accuracy,
        lambda value: f"{value:.2f} %",
        interval=lambda row: (
            None if row.accuracy_low is None else 100 * row.accuracy_low,
            None if row.accuracy_high is None else 100 * row.accuracy_high,
        ),
        joined=lambda row: row.clip_set,
    ),
    Measure(
        "Network, cycles a patch",
        lambda row: row.network_cycles,
        _whole,
        estimated=lambda row: row.cycles_are == "estimated",
    ),
    Measure(
        "Answer after a patch's last frame, ms",
        lambda row: row.answer_delay_ms,
        lambda value: f"{value:,.3f} ms",
        estimated=lambda row: row.cycles_are == "estimated",
    ),
    Measure("RAM of the image, bytes", lambda row: row.ram_bytes, _whole),
    Measure("Flash of the image, bytes", lambda row: row.flash_bytes, _whole),
)
"""From top to bottom."""


@dataclass(frozen=True, slots=True)
class Point:
    """One run in a chart."""

    x: float
    y: float
    low: float | None
    """Lower end of the interval, where there is one."""

    high: float | None
    series: int
    estimated: bool
    partial: bool
    title: str
    """What is shown when it is pointed at."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A way through the points of a series."""

    points: str
    """As SVG's polyline has them."""

    series: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure of all runs; without points where no run has it."""

    title: str
    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    levels: tuple[Tick, ...]
    dates: tuple[Tick, ...]


def draw(measure: Measure, rows: Sequence[Row], series: Sequence[str]) -> Chart:
    """Place each run by its number along the width, its value along the height."""
    values = [measure.value(row) for row in rows]
    known = [value for value in values if value is not None]
    if not known:
        return Chart(measure.title, (), (), (), ())
    ends = [end for row in rows for end in measure.interval(row) if end is not None]
    low, step, high = scale(min([*known, *ends]), max([*known, *ends]))

    def height(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low), 2)

    def across(number: int) -> float:
        share = 0.5 if len(rows) == 1 else number / (len(rows) - 1)
        return round(LEFT + 12 + (WIDTH - LEFT - RIGHT - 24) * share, 2)

    points: list[Point] = []
    tracks: dict[Hashable, list[Point]] = {}
    for number, (row, value) in enumerate(zip(rows, values, strict=True)):
        if value is None:
            continue
        bottom, top = measure.interval(row)
        point = Point(
            x=across(number),
            y=height(value),
            low=None if bottom is None else height(bottom),
            high=None if top is None else height(top),
            series=series.index(row.series),
            estimated=measure.estimated(row),
            partial=not row.complete,
            title=_title(measure, row, value),
        )
        points.append(point)
        if row.complete:
            tracks.setdefault((row.series, measure.joined(row)), []).append(point)
    lines = tuple(
        Line(" ".join(f"{one.x},{one.y}" for one in track), track[0].series)
        for track in tracks.values()
        if len(track) > 1
    )
    count = round((high - low) / step)
    digits = max(0, -math.floor(math.log10(step)))
    levels = tuple(
        Tick(height(low + index * step), f"{low + index * step:,.{digits}f}")
        for index in range(count + 1)
    )
    return Chart(measure.title, tuple(points), lines, levels, _dates(rows, across))


def scale(low: float, high: float) -> tuple[float, float, float]:
    """Round ends around a range, and a round step between them: 2 to 6 steps."""
    if high - low <= max(abs(low), 1.0) * SMALLEST_SPREAD:  # one value, but for rounding
        margin = abs(low) / 20 if abs(low) > SMALLEST_SPREAD else 1.0
        low, high = low - margin, high + margin
    power = 10.0 ** math.floor(math.log10((high - low) / 5))
    step = next(power * factor for factor in (1, 2, 5, 10) if (high - low) / (power * factor) <= 5)
    return math.floor(low / step) * step, step, math.ceil(high / step) * step


def _dates(rows: Sequence[Row], across: Callable[[int], float]) -> tuple[Tick, ...]:
    every = math.ceil(len(rows) / MARKED_RUNS)
    numbers = range(0, len(rows), every)
    return tuple(Tick(across(number), rows[number].started_at[:10]) for number in numbers)


def _title(measure: Measure, row: Row, value: float) -> str:
    parts = [row.started_at, row.series, measure.text(value)]
    low, high = measure.interval(row)
    if low is not None and high is not None:
        parts.append(f"{measure.text(low)} to {measure.text(high)}")
    parts.append(f"{row.clips} clips")
    if row.trained_on_clips:
        parts.append(f"{row.trained_on_clips} of them trained the model")
    if measure.estimated(row):
        parts.append("estimated")
    if not row.complete:
        parts.append("partial run")
    return "; ".join(parts)
