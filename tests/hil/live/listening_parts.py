# SPDX-License-Identifier: Apache-2.0
"""A listener without a board: the fake device behind the link, clocks of its own, a list of what is
observed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from generator.model.decision import Head
from generator.model.event_rule import ClassEvents, EventRule
from hil.boards.programmer import NoProgrammerError
from hil.boards.recovery import Recovery
from hil.link.client import Link
from hil.live.interruption import Interruption
from hil.live.listening import LinkListener
from hil.live.observations import (
    Counts,
    EventSeen,
    FrameSeen,
    LoadSeen,
    PatchSeen,
    Setup,
)
from hil.live.sources import PIECE_S
from hil.session import BoardSession
from tests.hil.fake_device import CLASSES, FakeDevice
from tests.support.frontends import frontend_info

Samples = npt.NDArray[np.int16]
RATE_HZ = 16_000
PIECE = round(PIECE_S * RATE_HZ)
LABELS = tuple(f"label{index}" for index in range(CLASSES))
SETUP = Setup(
    board="fake",
    virtual=False,
    model="model",
    labels=LABELS,
    sample_rate_hz=RATE_HZ,
    hop_s=0.01,
    bands=64,
    source="sound",
    rule="begins at 0.6",
)
RULE = EventRule(Head.SOFTMAX, (ClassEvents(2, 26, -51, 1, 0),) * CLASSES)


@dataclass
class Seen:
    """An observer that keeps all."""

    sounds: list[Samples] = field(default_factory=list)
    frames: list[FrameSeen] = field(default_factory=list)
    patches: list[PatchSeen] = field(default_factory=list)
    events: list[EventSeen] = field(default_factory=list)
    loads: list[LoadSeen] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counted: list[tuple[float, Counts]] = field(default_factory=list)

    def start(self, setup: Setup) -> None:
        pass

    def sound(self, samples: Samples) -> None:
        self.sounds.append(samples)

    def frame(self, frame: FrameSeen) -> None:
        self.frames.append(frame)

    def patch(self, patch: PatchSeen) -> None:
        self.patches.append(patch)

    def event(self, event: EventSeen) -> None:
        self.events.append(event)

    def load(self, load: LoadSeen) -> None:
        self.loads.append(load)

    def counts(self, time_s: float, counts: Counts) -> None:
        self.counted.append((time_s, counts))

    def told(self, time_s: float, text: str) -> None:
        self.notes.append(text)

    def finish(self, time_s: float, counts: Counts, *, interrupted: bool) -> None:
        pass


@dataclass
class Pieces:
    """A source of given pieces; `lost`: samples that it drops before each."""

    pieces: list[Samples]
    is_live: bool = False
    lost: list[int] = field(default_factory=list)
    text: str = "pieces"
    piece_s: float = PIECE_S
    behind_s: float = 0.0

    def read(self, timeout_s: float) -> Samples | None:
        return self.pieces.pop(0) if self.pieces else None

    def take_dropped(self) -> int:
        return self.lost.pop(0) if self.lost else 0

    def take_news(self) -> str | None:
        return None

    def close(self) -> None:
        pass


class FakeBoard:
    """The device as a board: it can be reset, which is counted."""

    virtual = False

    def __init__(self, device: FakeDevice, *, can_reset: bool = True) -> None:
        self.device, self.can_reset = device, can_reset
        self.spec = SimpleNamespace(id="fake")
        self.resets = 0

    def clock_s(self) -> float:
        return self.device.now_s

    def reset(self) -> bool:
        self.resets += 1
        if self.can_reset:
            self.device.restart()
        return self.can_reset

    def reflash(self) -> None:
        raise NoProgrammerError("nothing writes this board's flash")

    def power_cycle(self) -> bool:
        return False


class Desk:
    """Everything that a listener needs; time passes by itself only where somebody waits."""

    def __init__(self, device: FakeDevice | None = None, port: Any = None) -> None:
        self.device = device or FakeDevice()
        self.board = FakeBoard(self.device)
        self.link = Link(port or self.device, clock_s=self.device.clock_s)
        self.hello = self.link.handshake()
        self.recovery = Recovery(clock_s=self.device.clock_s, pause=self.wait)
        info = SimpleNamespace(frontend=frontend_info(), labels=LABELS, events=RULE)
        self.image = SimpleNamespace(project=SimpleNamespace(info=info))
        self.seen = Seen()
        self.interruption = Interruption()
        self.interruption.is_noted = True

    def handshake(self) -> None:
        self.hello = self.link.handshake()

    def wait(self, seconds: float) -> None:
        self.device.now_s += seconds

    def listener(self, source: Pieces, *, fast: bool = False) -> LinkListener:
        return LinkListener(
            cast(BoardSession, self),
            source,
            self.seen,
            self.interruption,
            fast=fast,
            clock_s=self.device.clock_s,
            wait=self.wait,
        )


def noise(seconds: float, seed: int = 1) -> list[Samples]:
    """Loud noise in pieces."""
    samples = np.random.default_rng(seed).normal(0, 4000, round(RATE_HZ * seconds))
    whole = samples.astype(np.int16)
    return [whole[at : at + PIECE] for at in range(0, len(whole), PIECE)]


def counts(**changes: Any) -> Counts:
    return replace(Counts(), **changes)


def join(pieces: Iterable[Samples]) -> Samples:
    return np.concatenate(list(pieces))
