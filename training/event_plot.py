# SPDX-License-Identifier: Apache-2.0
"""False alarms an hour against missed sounds: every combination that was tried, as a PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.figure import Figure

from generator.pictures import with_plain_text
from scoring.event_match import EventCount
from training.event_evaluation import EventEvaluation
from training.event_search import total

Point = tuple[float, float]


@with_plain_text
def plot_events(result: EventEvaluation) -> bytes:
    """Each combination as a point, the best ones joined; the model's own and the chosen marked."""
    points = [_point(one.count) for one in result.choice.candidates]
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(*zip(*points, strict=True), ".", color="0.7", label="tried")
    axes.plot(*zip(*best_points(points), strict=True), "-", color="C0", label="best")
    axes.plot(*_point(total(result.own)), "s", color="C1", label="settings now")
    axes.plot(*_point(total(result.best)), "o", color="C2", label="chosen")
    axes.axvline(result.allowed_an_hour, color="C3", linestyle=":", label="allowed")
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlim(left=-0.05)
    axes.set_xlabel("false alarms an hour")
    axes.set_ylabel("missed sounds (%)")
    axes.set_title(f"{result.model.name}: {result.seconds / 60:.0f} minutes")
    axes.grid(alpha=0.3)
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def best_points(points: Sequence[Point]) -> list[Point]:
    """Those that no other point beats in both coordinates, by the first one."""
    best: list[Point] = []
    for point in sorted(set(points)):
        if not best or point[1] < best[-1][1]:
            best.append(point)
    return best


def _point(count: EventCount) -> Point:
    return count.false_alarms_an_hour, 100 * count.miss_share
