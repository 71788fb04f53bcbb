# SPDX-License-Identifier: Apache-2.0
"""Drawings show what they were given: as many, as long, at the place that is meant."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import matplotlib.image
import numpy as np
import pytest
from markupsafe import Markup

from hil.report.html.drawings.axis import number_text, ticks
from hil.report.html.drawings.bars import Bar, Part, draw_bars
from hil.report.html.drawings.colours import viridis
from hil.report.html.drawings.confusion import draw_confusion
from hil.report.html.drawings.histogram import count_bins, draw_histogram
from hil.report.html.drawings.interval import draw_interval
from hil.report.html.drawings.memory_map import Block, Region, draw_region, merge_blocks
from hil.report.html.drawings.png import write_png
from hil.report.html.drawings.scores import Curve, Heard, draw_clip
from hil.report.html.drawings.svg import element, picture, text


def parts(drawing: Markup, tag: str) -> list[ElementTree.Element]:
    """All elements of a drawing with this tag; fails where it is no XML."""
    return list(ElementTree.fromstring(str(drawing)).iter(tag))


def of_class(drawing: Markup, tag: str, name: str) -> list[ElementTree.Element]:
    return [one for one in parts(drawing, tag) if name in one.get("class", "").split()]


def test_words_and_values_are_escaped() -> None:
    drawing = picture(10, 10, '"<x>&', text(0, 0, "</text><script>"), element("g", "a<b"))
    root = ElementTree.fromstring(str(drawing))
    assert root.get("aria-label") == '"<x>&'
    assert [one.text for one in root] == ["</text><script>", "a<b"]


def test_a_png_has_the_pixels_and_colours_that_it_was_given() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (7, 11), np.uint8)
    palette = viridis()
    read = matplotlib.image.imread(io.BytesIO(write_png(pixels, palette)), format="png")
    assert (np.rint(read[..., :3] * 255).astype(np.uint8) == palette[pixels]).all()


def test_the_colours_get_lighter_all_along() -> None:
    luminance = viridis() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance[::4]) > 0).all()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 131, [0, 50, 100]),
        (159.7, 160.3, [159.8, 160, 160.2]),
        (5, 5, [5]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_numbers_of_an_axis_are_short() -> None:
    assert [number_text(one) for one in (0.2, 150.0, 24_000.0, 0.0)] == [
        "0.2",
        "150",
        "24,000",
        "0",
    ]


def test_every_value_is_in_one_bin() -> None:
    values = [*np.random.default_rng(2).normal(160, 1, 500), 150.0, 170.0]
    low, width, counts = count_bins(values)
    assert sum(counts) == len(values)
    assert low == 150 and low + width * len(counts) == pytest.approx(170)
    assert counts[0] >= 1 and counts[-1] >= 1


def test_equal_values_stand_in_one_column() -> None:
    drawing = draw_histogram([160.0] * 9, "ms", "time")
    assert len(of_class(drawing, "rect", "series0")) == 1
    assert "9 values from 160.000 to 160.000 ms, mean 160.000" in str(drawing)


def test_bars_are_as_long_as_their_values() -> None:
    bars = [
        Bar("RAM", (Part("network", 30, 0), Part("stack", 10, 8)), limit=80),
        Bar("flash", (Part("network", 20, 0),)),
    ]
    drawing = draw_bars(bars, "KiB", "image")
    first, second = (float(one.get("width", "")) for one in of_class(drawing, "rect", "series0"))
    (stack,) = of_class(drawing, "rect", "series8")
    assert first / second == pytest.approx(1.5, rel=1e-3)
    assert float(stack.get("width", "")) == pytest.approx(first / 3, rel=1e-3)
    (limit,) = of_class(drawing, "line", "limit")
    begin = float(of_class(drawing, "rect", "series0")[0].get("x", ""))
    assert float(limit.get("x1", "")) - begin == pytest.approx(80 / 30 * first, rel=1e-3)


def test_the_confusion_matrix_shows_every_count_in_its_cell() -> None:
    counts = [[0, 5, 1], [2, 0, 3]]
    drawing = draw_confusion(["cat", "dog"], ["undecided", "cat", "dog"], counts)
    titles = [one.text for one in parts(drawing, "title")]
    assert titles == [
        *("cat, decided undecided: 0", "cat, decided cat: 5", "cat, decided dog: 1"),
        *("dog, decided undecided: 2", "dog, decided cat: 0", "dog, decided dog: 3"),
    ]
    assert len(of_class(drawing, "text", "num")) == 4
    assert "8 of 11 clips on the diagonal" in str(drawing)


def test_neighbours_of_one_part_become_one_block() -> None:
    blocks = [
        Block("b", 30, 5, 1),
        Block("a", 0, 10, 0),
        Block("a", 12, 8, 0),
        Block("a", 40, 1, 0),
    ]
    merged = merge_blocks(blocks)
    assert [(one.name, one.address, one.size_bytes) for one in merged] == [
        *(("a", 0, 20), ("b", 30, 5), ("a", 40, 1)),
    ]


def test_a_block_stands_at_its_address() -> None:
    region = Region(
        "ram", 0x1000, 0x1000, (Block("a", 0x1400, 0x100, 0), Block("b", 0x1500, 0x300, 1))
    )
    drawing = draw_region(region)
    (used,) = of_class(drawing, "rect", "used")
    assert float(used.get("x", "")) == pytest.approx(160)
    assert float(used.get("width", "")) == pytest.approx(160)
    (first,), (second,) = (of_class(drawing, "rect", f"series{one}") for one in (0, 1))
    assert float(first.get("width", "")) == pytest.approx(160)
    assert float(second.get("x", "")) == pytest.approx(160)


def test_an_unused_memory_has_no_map() -> None:
    drawing = draw_region(Region("sram4", 0, 1024, ()))
    assert len(parts(drawing, "rect")) == 1
    assert "0 of 1,024 bytes used" in str(drawing)


def test_scores_stand_above_each_other_at_their_times() -> None:
    curves = [Curve("dog", (0.0, 1.0), "true"), Curve("cat", (0.5, 0.5), "other")]
    drawing = draw_clip(
        Heard("one", 2.0, np.zeros((10, 4), np.int8), (0.5, 1.5)), curves, threshold=0.5
    )
    lines = {one.get("class"): one.get("points", "") for one in parts(drawing, "polyline")}
    (x0, y0), (x1, y1) = (
        tuple(map(float, point.split(","))) for point in lines["curve true"].split()
    )
    (_, half), _ = (tuple(map(float, p.split(","))) for p in lines["curve other"].split())
    assert x1 - x0 == pytest.approx((640 - 46 - 14) / 2, abs=0.1)
    assert half == pytest.approx((y0 + y1) / 2, abs=0.1) and y1 < y0
    (threshold,) = of_class(drawing, "line", "limit")
    assert float(threshold.get("y1", "")) == pytest.approx(half, abs=0.1)
    (image,) = parts(drawing, "image")
    assert image.get("href", "").startswith("data:image/png;base64,")


def test_the_interval_is_where_its_shares_are() -> None:
    drawing = draw_interval(0.5, 0.25, 0.75)
    (box,), (point,) = of_class(drawing, "rect", "interval"), of_class(drawing, "circle", "point")
    middle = float(box.get("x", "")) + float(box.get("width", "")) / 2
    assert float(point.get("cx", "")) == pytest.approx(middle, abs=0.02)
    assert re.search("Accuracy 50.00 %, interval 25.00 to 75.00 %", str(drawing))
