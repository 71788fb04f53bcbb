# SPDX-License-Identifier: Apache-2.0
"""One JSON object per line, for other programs: docs/live.md lists the keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from hil.live.observations import (
    Counts,
    EventSeen,
    FrameSeen,
    LoadSeen,
    PatchSeen,
    Samples,
    Setup,
)

_TIME_DIGITS, _SHARE_DIGITS, _PERCENT_DIGITS = 4, 4, 1


class JsonLines:
    """An observer that writes lines by `write`, each with its line feed."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._labels: tuple[str, ...] = ()

    def start(self, setup: Setup) -> None:
        """What is listened with."""
        self._labels = setup.labels
        told = asdict(setup) | {"labels": list(setup.labels)}
        self._line(0.0, "start", **told)

    def sound(self, samples: Samples) -> None:
        """Nothing."""

    def frame(self, frame: FrameSeen) -> None:
        """Nothing: a hundred a second would be no quiet output."""

    def patch(self, patch: PatchSeen) -> None:
        """The scores by class."""
        shares = (round(share, _SHARE_DIGITS) for share in patch.shares)
        self._line(patch.time_s, "patch", scores=dict(zip(self._labels, shares, strict=True)))

    def event(self, event: EventSeen) -> None:
        """`begin` or `end`; what was not told is left out."""
        told: dict[str, Any] = {"class": event.label}
        if event.share is not None:
            told["score"] = round(event.share, _SHARE_DIGITS)
        if event.begin_s is not None:
            told["begin_s"] = round(event.begin_s, _TIME_DIGITS)
        self._line(event.time_s, "begin" if event.begins else "end", **told)

    def load(self, load: LoadSeen) -> None:
        """How busy the core is."""
        told = {"cpu_percent": round(load.percent, _PERCENT_DIGITS)}
        if load.asleep_percent is not None:
            told["asleep_percent"] = round(load.asleep_percent, _PERCENT_DIGITS)
        self._line(load.time_s, "load", **told)

    def counts(self, time_s: float, counts: Counts) -> None:
        """Nothing: the summary has them."""

    def told(self, time_s: float, text: str) -> None:
        """A line for the user."""
        self._line(time_s, "note", text=text)

    def finish(self, time_s: float, counts: Counts, *, interrupted: bool) -> None:
        """The summary."""
        figures = {
            key: round(value, _TIME_DIGITS) if isinstance(value, float) else value
            for key, value in asdict(counts).items()
        }
        self._line(time_s, "summary", interrupted=interrupted, **figures)

    def _line(self, time_s: float, event: str, **told: Any) -> None:
        line = {"time_s": round(time_s, _TIME_DIGITS), "event": event, **told}
        self._write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
