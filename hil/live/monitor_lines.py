# SPDX-License-Identifier: Apache-2.0
"""The lines that the monitor prints on the board's serial port, read back (docs/monitor.md).

A line that is none of them, or damaged, is `Other`: whatever bytes come, nothing is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hil.live.observations import EventSeen, Int8

LONGEST_LINE = 4096
"""Characters after which a line without end is given up."""

_TIME = r"(?P<time>\d{1,12}\.\d{1,6}) s"
_BEGINS = re.compile(rf"{_TIME} (?P<label>\S.*) (?P<share>[01]\.\d{{1,6}})", re.ASCII)
_ENDS = re.compile(rf"{_TIME} (?P<label>\S.*) ends", re.ASCII)
_FRAME = re.compile(r"f ?(?P<cells>(?:[0-9a-fA-F]{2})+)")
_PATCH = re.compile(r"p (?P<time>\d{1,12}\.\d{1,6})(?: s)?(?P<scores>(?: \d{1,4})+)", re.ASCII)
_LOAD = re.compile(
    r"# load (?P<load>\d{1,3}) % asleep (?P<asleep>\d{1,3}) % "
    r"overruns (?P<overruns>\d{1,10}) dropped (?P<dropped>\d{1,10})",
    re.ASCII,
)
_BANNER = re.compile(r"# mel2metal monitor (?P<text>.*)")
_FULL_PERMILLE = 1000


@dataclass(frozen=True, slots=True)
class Frame:
    """The values of a frame."""

    cells: Int8


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a patch, 0 to 1 each."""

    time_s: float
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """How busy the core was since the line before, and what was lost since the start."""

    percent: int
    asleep_percent: int
    overruns: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Banner:
    """The first line after a start."""

    text: str


@dataclass(frozen=True, slots=True)
class Other:
    """Any other line; `is_comment`: it begins with #, and is meant for people."""

    text: str
    is_comment: bool


Line = Frame | Scores | Load | Banner | EventSeen | Other


def printed_label(label: str) -> str:
    """A class as the board prints it: no spaces and commas, which part the words of a line."""
    return label.replace(" ", "_").replace(",", "_")


class LineReader:
    """Bytes to lines. `labels`: of the model; `bands`: values of a frame."""

    def __init__(self, labels: Sequence[str], bands: int) -> None:
        self._count = len(labels)
        self._labels = {printed_label(label): label for label in labels}
        self._labels |= {label: label for label in labels}
        self._bands = bands
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Line]:
        """The lines that are complete now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            text = line.decode("utf-8", "replace").strip("\r\0 \t")
            if text:
                yield self.parse(text)

    def parse(self, text: str) -> Line:
        """One line, without its end."""
        for pattern, read in (
            (_FRAME, self._frame),
            (_PATCH, self._scores),
            (_LOAD, _load),
            (_BANNER, _banner),
            (_BEGINS, self._event),
            (_ENDS, self._event),
        ):
            found = pattern.fullmatch(text)
            line = read(found) if found is not None else None
            if line is not None:
                return line
        # A damaged line may hold what a terminal would obey.
        shown = "".join(one if one.isprintable() else "?" for one in text)
        return Other(shown, shown.startswith("#"))

    def _frame(self, found: re.Match[str]) -> Line | None:
        cells = np.frombuffer(bytes.fromhex(found["cells"]), np.int8)
        return Frame(cells) if len(cells) == self._bands else None

    def _scores(self, found: re.Match[str]) -> Line | None:
        scores = [int(score) for score in found["scores"].split()]
        if len(scores) != self._count or max(scores, default=0) > _FULL_PERMILLE:
            return None
        return Scores(float(found["time"]), tuple(score / _FULL_PERMILLE for score in scores))

    def _event(self, found: re.Match[str]) -> Line | None:
        label = self._labels.get(found["label"])
        share = found.groupdict().get("share")
        if label is None:
            return None
        told = float(share) if share is not None else None
        return EventSeen(float(found["time"]), label, share is not None, told)


def _load(found: re.Match[str]) -> Line:
    counts = (int(found[name]) for name in ("load", "asleep", "overruns", "dropped"))
    return Load(*counts)


def _banner(found: re.Match[str]) -> Line:
    return Banner(found["text"])
