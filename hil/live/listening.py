# SPDX-License-Identifier: Apache-2.0
"""Sound through the link in real time: clips without end out, frames, scores and events in.

A segment of sound is one clip, as in training. It ends as the firmware's monitor ends one, by a
second of silence; so what is shown here is what the monitor would print.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from generator.model.event_rule import Event, EventKind
from generator.wire.messages import ClipResult, Features, Message, PatchResult
from hil.link.deadlines import silence_of
from hil.link.errors import BoardRestartedError, HandshakeError, LinkError, LinkLostError
from hil.link.stream import SoundStream
from hil.live.interruption import Interruption
from hil.live.observations import (
    Counts,
    EventSeen,
    FrameSeen,
    LoadSeen,
    Observer,
    PatchSeen,
    Samples,
    share_of,
)
from hil.live.pace import Pace
from hil.live.running_events import RunningEvents
from hil.live.segments import Segments
from hil.live.sources import SoundSource
from hil.session import BoardSession

COUNTS_S = 0.1
"""Sound between two reports of how far it is."""

TURN_S = 0.01
"""Longest wait of one turn: a signal is seen after so long."""


class LinkListener:
    """Plays a source to a board, and tells an observer what comes back.

    `fast`: files are not paced; they go as quickly as the board takes them.
    """

    def __init__(
        self,
        session: BoardSession,
        source: SoundSource,
        observer: Observer,
        interruption: Interruption,
        *,
        fast: bool = False,
        clock_s: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        info = session.image.project.info
        self._session, self._source, self._observer = session, source, observer
        self._interruption, self._fast = interruption, fast and not source.is_live
        self._clock_s, self._wait = clock_s, wait or threading.Event().wait
        self._labels, self._patches = info.labels, info.frontend.patches
        self._rate = info.frontend.sample_rate_hz
        self._stream = SoundStream(
            session.link, session.board.clock_s, silence_of(info.frontend.step_ms / 1e3)
        )
        self._segments = Segments(info.frontend.record, info.frontend.patches)
        self._events = RunningEvents(info.events, self._patches, info.frontend.hop_samples)
        self._counts = Counts()
        self._heard = 0
        """Samples taken from the source, those that it dropped included."""
        self._clip_start = 0
        self._has_clip = False
        self._cycles_until = 0
        """The sample up to which the board has accounted for its cycles."""
        self._reported = 0

    @property
    def time_s(self) -> float:
        """How far the sound is."""
        return self._heard / self._rate

    @property
    def counts(self) -> Counts:
        """What went wrong so far."""
        return self._counts

    def run(self) -> bool:
        """Play until the source ends (True) or the user ends it (False).

        Raises the LinkError that nothing cured, and what a source raises.
        """
        while True:
            try:
                return self._listen()
            except LinkError as error:
                if not error.is_repeatable:
                    raise
                self._recover(error)

    def _listen(self) -> bool:
        pace = Pace(self._clock_s, self._session.board.clock_s, self._rate)
        while not self._interruption.requested:
            piece = self._source.read(TURN_S)
            if piece is None:
                self._finish_clip()
                self._report(force=True)
                return not self._interruption.requested
            self._tell_source()
            if len(piece):
                pace.add(len(piece))
                self._let_time_pass(pace)
                self._take(piece)
                self._wait_for_room(len(piece))
                self._report()
            else:
                self._exchange(0.0)
        return False

    def _tell_source(self) -> None:
        dropped = self._source.take_dropped()
        self._heard += dropped
        self._clip_start += dropped
        self._count(dropped_samples=self._counts.dropped_samples + dropped)
        news = self._source.take_news()
        if news is not None:
            self._observer.told(self.time_s, news)

    def _let_time_pass(self, pace: Pace) -> None:
        """Wait until the next piece is due; a live source has waited for it already."""
        if self._fast:
            return
        if self._session.board.virtual or not self._source.is_live:
            while (left_s := pace.board_left_s) > 0 and not self._interruption.requested:
                self._exchange(min(left_s, TURN_S))
        if self._source.is_live:
            late_s = self._source.behind_s + self._stream.waiting_samples / self._rate
        else:
            while (left_s := pace.host_left_s) > 0 and not self._interruption.requested:
                self._wait(min(left_s, TURN_S))
            late_s = max(0.0, -pace.host_left_s)
        late_pieces = self._counts.late_pieces + (late_s > self._source.piece_s)
        worst_s = max(late_s, self._counts.worst_late_s)
        self._count(late_s=late_s, worst_late_s=worst_s, late_pieces=late_pieces)

    def _take(self, piece: Samples) -> None:
        """Hand a piece on, cut where a clip ends."""
        self._observer.sound(piece)
        if not self._has_clip:
            self._begin_clip()
        for part in self._segments.split(piece):
            self._stream.add(part.samples)
            self._heard += len(part.samples)
            if part.passed is not None:
                self._emit(self._events.frame(self._heard, passed=part.passed))
            if part.ends_clip:
                self._finish_clip()
                self._begin_clip()
        self._exchange(0.0)

    def _wait_for_room(self, most: int) -> None:
        while self._stream.waiting_samples > most and not self._interruption.requested:
            self._exchange(TURN_S)

    def _begin_clip(self) -> None:
        self._segments.begin()
        self._stream.begin()
        self._clip_start = self._cycles_until = self._heard
        self._has_clip = True

    def _finish_clip(self) -> None:
        """End the clip, and take all that the board still answers to it."""
        if not self._has_clip:
            return
        self._stream.end()
        for _ in range(self._segments.times.finish()):
            self._emit(self._events.frame(self._heard, passed=True))
        self._emit(self._events.end_segment())
        while self._stream.is_open and not self._interruption.requested:
            self._exchange(TURN_S)
        self._has_clip = False

    def _exchange(self, timeout_s: float) -> None:
        for message in self._stream.exchange(timeout_s):
            self._see(message)
        self._count(resent=len(self._stream.resent))

    def _see(self, message: Message) -> None:
        if getattr(message, "clip_id", None) != self._stream.clip_id:
            return  # of a clip before the link was taken up again
        if isinstance(message, Features):
            self._see_frames(message)
        elif isinstance(message, PatchResult):
            self._see_patch(message)
        elif isinstance(message, ClipResult) and message.frames != self._segments.times.frames:
            expected = self._segments.times.frames
            what = f"the board counts {message.frames} frames where {expected} were expected"
            self._observer.told(self.time_s, what)

    def _see_frames(self, message: Features) -> None:
        bands = self._session.hello.bands
        cells = np.frombuffer(message.cells, np.int8).reshape(-1, bands)
        for number, frame in enumerate(cells, start=message.first_frame):
            self._observer.frame(FrameSeen(self._end_of(number) / self._rate, frame))

    def _end_of(self, frame: int) -> int:
        end = self._segments.times.end_of(frame)
        return self._heard if end is None else self._clip_start + end

    def _see_patch(self, message: PatchResult) -> None:
        due = self._events.next_sample
        sample = self._heard if due is None else due
        scores = list(message.scores)
        time_s = sample / self._rate
        self._observer.patch(PatchSeen(time_s, tuple(share_of(score) for score in scores)))
        self._emit(self._events.patch(scores))
        elapsed = sample - self._cycles_until
        if elapsed > 0:
            cycles = message.frontend_cycles + message.network_cycles
            share = cycles * self._rate / (elapsed * self._session.hello.core_clock_hz)
            self._observer.load(LoadSeen(time_s, 100 * share))
            self._cycles_until = sample

    def _emit(self, events: Iterable[Event]) -> None:
        for one in events:
            begins = one.kind is EventKind.BEGINS
            self._observer.event(
                EventSeen(
                    one.sample / self._rate,
                    self._labels[one.label],
                    begins,
                    share_of(one.score),
                    None if begins else one.begin_sample / self._rate,
                )
            )

    def _recover(self, error: LinkError) -> None:
        """Take up the conversation again; the sound goes on with a new clip."""
        session = self._session
        self._observer.told(self.time_s, error.what)
        self._has_clip = False
        self._emit(self._events.forget())
        failed = error

        def fail() -> None:
            raise failed

        self._interruption.is_noted = False  # this may last: a signal ends it at once
        self._interruption.check()
        try:
            if not isinstance(error, BoardRestartedError | HandshakeError | LinkLostError):
                session.link.repeat_handshake(error)
            else:
                session.recovery.run(session, fail, again=lambda: None)
        except LinkError as worse:
            if failed is not error or not worse.is_repeatable:
                raise
            failed = worse
            session.recovery.run(session, fail, again=lambda: None)
        finally:
            self._interruption.is_noted = True
        self._count(recoveries=self._counts.recoveries + 1)

    def _count(self, **changes: Any) -> None:
        if any(getattr(self._counts, name) != value for name, value in changes.items()):
            self._counts = replace(self._counts, **changes)

    def _report(self, *, force: bool = False) -> None:
        if force or self._heard - self._reported >= COUNTS_S * self._rate:
            self._reported = self._heard
            self._observer.counts(self.time_s, self._counts)
