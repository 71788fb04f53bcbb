# SPDX-License-Identifier: Apache-2.0
"""A share with its interval on a line from 0 to 100 %."""

from __future__ import annotations

from markupsafe import Markup

from hil.report.html.drawings.svg import element, line, picture, rect, text

_WIDTH = 640
_LEFT = _RIGHT = 34


def draw_interval(value: float, low: float, high: float) -> Markup:
    """All three from 0 to 1."""
    across = _WIDTH - _LEFT - _RIGHT

    def at(share: float) -> float:
        return _LEFT + across * share

    parts = [line(at(0), 14, at(1), 14, "axis")]
    for percent in range(0, 101, 20):
        x = at(percent / 100)
        parts += [
            line(x, 10, x, 18),
            text(x, 34, f"{percent} %", anchor="middle", class_="tick"),
        ]
    parts += [
        rect(
            at(low),
            8,
            at(high) - at(low),
            12,
            class_="interval",
            title=f"{100 * low:.2f} to {100 * high:.2f} %",
        ),
        element("circle", cx=at(value), cy=14, r=5, class_="point"),
    ]
    words = f"Accuracy {100 * value:.2f} %, interval {100 * low:.2f} to {100 * high:.2f} %"
    return picture(_WIDTH, 40, words, *parts)
