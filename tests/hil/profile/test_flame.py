# SPDX-License-Identifier: Apache-2.0
"""The flame graph: one file, no script, no request, every count on hover."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from hil.profile.flame import MARGIN, WIDTH, flame_graph
from hil.profile.stacks import Frame, FrameKind
from hil.profile.tree import Node, tree_of
from tests.hil.profile.calls import FACTS, WHOLE, made_parts

SVG = "{http://www.w3.org/2000/svg}"
ODD_NAME = 'a<b>&"c"' + "x" * 300


def drawn(root: Node) -> ElementTree.Element:
    return ElementTree.fromstring(flame_graph(root, ODD_NAME, ("one & two", "three")))


@pytest.fixture
def picture() -> ElementTree.Element:
    return drawn(tree_of(made_parts(), FACTS, "all"))


def frames(picture: ElementTree.Element) -> list[ElementTree.Element]:
    return [one for one in picture.iter(f"{SVG}svg") if one.get("class") == "frame"]


def title(frame: ElementTree.Element) -> str:
    found = frame.find(f".//{SVG}title")
    assert found is not None
    assert found.text is not None
    return found.text


def test_the_file_needs_nothing_else() -> None:
    text = flame_graph(tree_of(made_parts(), FACTS, "all"), "title", ("", ""))
    assert "<script" not in text
    assert not re.search(r"\b(?:href|src|url)\b", text)
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]


def test_names_are_escaped(picture: ElementTree.Element) -> None:
    assert picture.get("aria-label") == ODD_NAME
    root = Node(Frame(ODD_NAME), instructions=10, own=10)
    assert title(frames(drawn(root))[0]).startswith(ODD_NAME)


def test_what_xml_has_no_character_for_is_shown_by_its_number() -> None:
    odd = "a\x00\x08\x1b[2J\ufffe\udc80\u202e\r\nb"
    shown = r"a\x00\x08\x1b[2J\ufffe\x80\u202e\r\nb"
    text = flame_graph(Node(Frame(odd), instructions=10, own=10), odd, (odd, odd))
    picture = ElementTree.fromstring(text.encode("utf-8"))
    assert picture.get("aria-label") == shown
    assert title(frames(picture)[0]).startswith(shown)


def test_every_frame_tells_its_count(picture: ElementTree.Element) -> None:
    texts = [title(frame) for frame in frames(picture)]
    assert texts[0].startswith(f"all: {WHOLE:,} instructions (100.00% of all), 0 of its own")
    assert any(
        text.startswith("round (inlined): 40 instructions") and "40 of its own, 44 cycles" in text
        for text in texts
    )
    assert any(text.startswith("tick: 2 instructions") for text in texts)


def test_frames_stay_in_the_picture_and_beside_each_other(picture: ElementTree.Element) -> None:
    assert picture.get("width") == str(WIDTH)
    height = float(picture.get("height") or 0)
    rows: dict[float, list[tuple[float, float]]] = {}
    for frame in frames(picture):
        x, y, width = (float(frame.get(name) or 0) for name in ("x", "y", "width"))
        assert x >= MARGIN - 0.01
        assert x + width <= WIDTH - MARGIN + 0.02
        assert 0 < y < height
        rows.setdefault(y, []).append((x, x + width))
    for spans in rows.values():
        spans.sort()
        for (_, end), (begin, _) in pairwise(spans):
            assert begin >= end - 0.02


def test_text_is_no_longer_than_its_frame(picture: ElementTree.Element) -> None:
    for frame in frames(picture):
        text = frame.find(f".//{SVG}text")
        if text is not None:
            assert len(text.text or "") * 7 + 4 <= float(frame.get("width") or 0)


def test_a_narrow_layer_keeps_its_number() -> None:
    root = Node(Frame("all", FrameKind.WORK), instructions=1000)
    for index, instructions in ((6, 960), (7, 40)):
        frame = Frame(f"layer {index} DEPTHWISE_CONV_2D", FrameKind.LAYER)
        root.children[frame] = Node(frame, index, instructions, instructions, instructions)
    texts = [one.text for one in drawn(root).iter(f"{SVG}text")]
    assert "layer 6 DEPTHWISE_CONV_2D" in texts
    assert "7" in texts


def test_what_is_too_narrow_is_counted() -> None:
    root = Node(Frame("all", FrameKind.WORK), instructions=1_000_000)
    for name, instructions in (("wide", 999_900), ("narrow", 100)):
        root.children[Frame(name)] = Node(Frame(name), 0, instructions, 0, instructions)
    texts = [one.text or "" for one in drawn(root).iter(f"{SVG}text")]
    assert any("1 frames are narrower" in text and "0.01%" in text for text in texts)


def test_a_small_kind_of_work_is_enlarged(picture: ElementTree.Element) -> None:
    texts = [one.text or "" for one in picture.iter(f"{SVG}text")]
    assert f"front-end, enlarged: {30 / WHOLE:.2%} of all" in texts
    widths = [
        float(frame.get("width") or 0)
        for frame in frames(picture)
        if title(frame).startswith("mel:")
    ]
    assert max(widths) == WIDTH - 2 * MARGIN
