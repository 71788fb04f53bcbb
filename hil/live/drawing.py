# SPDX-License-Identifier: Apache-2.0
"""From a state to lines of text: a pure function of what was seen and of the screen's size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from hil.live.course import score_course, spectrogram
from hil.live.large_text import columns_of, large
from hil.live.shades import ascii_image, course, half_blocks
from hil.live.state import SHOWN_S, LiveState

LEAST_COLUMNS = 60
"""Narrower screens cut lines off."""

_PERCENT_COLUMNS = 5
_LONGEST_NAME = 20
_LEAST_SPECTRUM, _MOST_SPECTRUM = 6, 16
"""Lines of the spectrogram, where there is room for it at all."""
_FOOTER_LINES = 2
_LOAD_HOLDS_S = 12.0
"""The monitor tells its load every ten seconds; in silence a board tells none."""
_NOTHING_HEARD = "listening"


@dataclass(frozen=True, slots=True)
class Look:
    """What the screen can show."""

    colour: bool
    ascii_only: bool


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the screen is divided, in characters."""

    names: int
    columns: int
    spectrum: int
    scores: int


def draw(state: LiveState, width: int, height: int, look: Look) -> list[Text]:
    """At most `height` lines of at most `width` characters."""
    label = _label(state, width, look)
    layout = _divide(state, width, height - 1 - len(label) - _FOOTER_LINES)
    lines = [
        _header(state, width),
        *label,
        *_spectrum(state, layout, look),
        *_scores(state, layout, look),
        *_footer(state, width),
    ]
    for line in lines:
        line.truncate(width)
    return lines[: max(0, height)]


def _divide(state: LiveState, width: int, lines: int) -> _Layout:
    labels = state.setup.labels
    names = min(_LONGEST_NAME, max((len(label) for label in labels), default=0), width // 3)
    spectrum_least = _LEAST_SPECTRUM if lines >= _LEAST_SPECTRUM + 1 else 0
    scores = max(0, min(len(labels), lines - spectrum_least))
    spectrum = min(_MOST_SPECTRUM, lines - scores) if spectrum_least else 0
    return _Layout(names, max(1, width - names - 1 - _PERCENT_COLUMNS), spectrum, scores)


def _header(state: LiveState, width: int) -> Text:
    setup = state.setup
    board = f"{setup.board}, virtual" if setup.virtual else setup.board
    time = f"{state.time_s:.1f} s"
    left = f"{board} | {setup.model} | {setup.source}"
    room = max(0, width - len(time) - 1)
    text = left if len(left) <= room else left[: max(0, room - 3)] + "..."
    return Text(f"{text:{room}} {time}", style="bold", no_wrap=True)


def _label(state: LiveState, width: int, look: Look) -> list[Text]:
    """The newest class that has not ended, in large letters where they fit."""
    now = list(state.active.values())[-1] if state.active else None
    word = now.label if now is not None else _NOTHING_HEARD
    style = "bold green" if now is not None else "dim"
    count = 5 if look.ascii_only else 3
    drawn = large(word, ascii_only=look.ascii_only) if columns_of(word) <= width else None
    lines = drawn or ["", *[word.upper()] * (now is not None), *[word] * (now is None)]
    told = [Text(line, style=style, no_wrap=True) for line in lines]
    told += [Text("", no_wrap=True)] * (count - len(told))
    also = ", ".join(
        one.label if one.share is None else f"{one.label} {one.share:.2f}"
        for one in reversed(state.active.values())
    )
    if also and len(told[0]) + 3 + len(also) <= width:
        told[0].append(f"   {also}", style="not bold green")
    return told


def _spectrum(state: LiveState, layout: _Layout, look: Look) -> list[Text]:
    if not layout.spectrum:
        return []
    is_fine = look.colour and not look.ascii_only
    rows = layout.spectrum * (2 if is_fine else 1)
    levels = spectrogram(state.frames, state.time_s, rows, layout.columns, SHOWN_S)
    lines = half_blocks(levels) if is_fine else ascii_image(levels)
    gutters = ["mel bands", *[""] * (len(lines) - 1)]
    return [
        Text.assemble((f"{gutter[: layout.names]:{layout.names}} ", "dim"), line, no_wrap=True)
        for gutter, line in zip(gutters, lines, strict=True)
    ]


def _scores(state: LiveState, layout: _Layout, look: Look) -> list[Text]:
    newest = state.patches[-1].shares if state.patches else (0.0,) * len(state.setup.labels)
    lines = []
    for label in _shown(state, layout.scores):
        name = state.setup.labels[label]
        levels = score_course(state.patches, label, state.time_s, layout.columns, SHOWN_S)
        bars = course(levels, ascii_only=look.ascii_only)
        percent = f"{100 * newest[label]:3.0f} %"
        style = "bold green" if name in state.active else ""
        named = f"{name[: layout.names]:{layout.names}} "
        lines.append(Text.assemble((named, style), (bars, "cyan"), (percent, style), no_wrap=True))
    return lines


def _shown(state: LiveState, count: int) -> Sequence[int]:
    """The classes for which there is room, in their order: those that were highest lately."""
    labels = range(len(state.setup.labels))
    if count >= len(labels):
        return labels
    highest = [max((one.shares[label] for one in state.patches), default=0.0) for label in labels]
    best = sorted(labels, key=lambda label: (-highest[label], label))[:count]
    return sorted(best)


def _footer(state: LiveState, width: int) -> list[Text]:
    """Figures, as many a line as there is room for, and the newest line for the user."""
    counts, load, rate = state.counted, state.newest_load, state.setup.sample_rate_hz
    if load is not None and state.time_s - load.time_s > _LOAD_HOLDS_S:
        load = None
    parts = [f"CPU {load.percent:.0f} %" if load is not None else "CPU - %"]
    if load is not None and load.asleep_percent is not None:
        parts.append(f"asleep {load.asleep_percent:.0f} %")
    parts.append(f"late {counts.late_s:.2f} s (worst {counts.worst_late_s:.2f})")
    parts.append(f"dropped {counts.dropped_samples / rate:.2f} s")
    told = {
        "late pieces": counts.late_pieces,
        "overruns": counts.overruns,
        "lines lost": counts.board_dropped,
        "resent": counts.resent,
        "recovered": counts.recoveries,
    }
    parts += [f"{name} {count}" for name, count in told.items() if count or name == "overruns"]
    is_bad = counts.dropped_samples or counts.overruns or counts.late_s > 1
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + 2 + len(part) <= width:
            lines[-1] += f"  {part}"
        else:
            lines.append(part)
    if len(lines) < _FOOTER_LINES:
        lines.append(state.note)
    style = "yellow" if is_bad else "dim"
    return [Text(line, style=style, no_wrap=True) for line in lines[:_FOOTER_LINES]]
