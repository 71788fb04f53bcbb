# SPDX-License-Identifier: Apache-2.0
"""The monitor's lines: each kind as docs/monitor.md has it, and garbage that never raises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.live.monitor_lines import (
    LONGEST_LINE,
    Banner,
    Frame,
    Line,
    LineReader,
    Load,
    Other,
    Scores,
)
from hil.live.observations import EventSeen

LABELS = ("dog", "sea waves", "a,b")
BANDS = 4


def read(text: str) -> list[Line]:
    return list(LineReader(LABELS, BANDS).feed(text.encode()))


def test_a_start_is_told_by_the_banner() -> None:
    banner, first = read("# mel2metal monitor u585 yamnet 0.1.0\r\n# class 0 dog\r\n")
    assert banner == Banner("u585 yamnet 0.1.0")
    assert first == Other("# class 0 dog", is_comment=True)


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("12.34 s dog 0.93", EventSeen(12.34, "dog", True, 0.93)),
        ("0.00 s dog 1.00", EventSeen(0.0, "dog", True, 1.0)),
        ("15.02 s dog ends", EventSeen(15.02, "dog", False)),
        ("3.00 s sea waves 0.61", EventSeen(3.0, "sea waves", True, 0.61)),
        ("3.00 s sea_waves ends", EventSeen(3.0, "sea waves", False)),
        ("3.00 s a_b ends", EventSeen(3.0, "a,b", False)),
    ],
)
def test_events(line: str, seen: EventSeen) -> None:
    assert read(f"{line}\r\n") == [seen]
    if "_" not in line:
        assert seen.text == line


def test_what_is_seen_and_how_busy_the_core_is() -> None:
    frame, scores, load = read(
        "f 80007fff\np 1.70 930 0 70\n# load 43 % asleep 57 % overruns 2 dropped 10\n"
    )
    assert isinstance(frame, Frame)
    assert np.array_equal(frame.cells, [-128, 0, 127, -1])
    assert scores == Scores(1.7, (0.93, 0.0, 0.07))
    assert load == Load(43, 57, 2, 10)


@pytest.mark.parametrize(
    "line",
    [
        "f 80007f",  # a frame of three values
        "f 80007fff0",
        "f 80007ffg",
        "p 1.70 930 0",  # two scores for three classes
        "p 1.70 930 0 1070",
        "p 1.70 930 0 -1",
        "12.34 s cat 0.93",
        "12.34 s dog 0.9\x1b[2J",
        "12.34 dog 0.93",
        "x12.34 s dog ends",
        "# load 43 % asleep 57 %",
        "٣.٣ s dog ends",
    ],
)
def test_a_damaged_line_is_no_other_kind(line: str) -> None:
    (seen,) = read(f"{line}\n")
    assert isinstance(seen, Other)
    assert seen.text.isprintable()


def test_lines_come_whole_however_they_arrive() -> None:
    reader = LineReader(LABELS, BANDS)
    text = b"1.00 s dog 0.50\r\n\r\n2.00 s dog ends\r\n3.0"
    seen = [line for byte in text for line in reader.feed(bytes([byte]))]
    assert seen == [EventSeen(1.0, "dog", True, 0.5), EventSeen(2.0, "dog", False)]
    assert list(reader.feed(b"0 s dog ends\n")) == [EventSeen(3.0, "dog", False)]


@settings(max_examples=300, deadline=None)
@given(data=st.lists(st.binary(max_size=200), max_size=8))
def test_garbage_never_raises(data: list[bytes]) -> None:
    reader = LineReader(LABELS, BANDS)
    for piece in data:
        for line in reader.feed(piece):
            assert isinstance(line, Line)


@settings(max_examples=300, deadline=None)
@given(
    line=st.sampled_from(
        [
            b"12.34 s dog 0.93",
            b"f 80007fff",
            b"p 1.70 930 0 70",
            b"# load 43 % asleep 57 % overruns 2 dropped 10",
        ]
    ),
    at=st.integers(0, 50),
    instead=st.binary(max_size=3),
)
def test_a_line_that_is_damaged_anywhere_never_raises(line: bytes, at: int, instead: bytes) -> None:
    damaged = line[:at] + instead + line[at + 1 :]
    for seen in LineReader(LABELS, BANDS).feed(damaged + b"\n1.00 s dog ends\n"):
        assert isinstance(seen, Line)


def test_a_line_without_an_end_is_given_up() -> None:
    reader = LineReader(LABELS, BANDS)
    for _ in range(100):
        for line in reader.feed(b"a" * 1000):
            assert isinstance(line, Other)
        assert len(reader._rest) <= LONGEST_LINE
    assert EventSeen(1.0, "dog", False) in list(reader.feed(b"\n1.00 s dog ends\n"))
