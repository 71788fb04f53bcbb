# SPDX-License-Identifier: Apache-2.0
"""A device that sends bytes without end, and nothing that brings the conversation on, is left."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from generator.wire import encode_frame
from generator.wire.messages import (
    ClipResult,
    Credit,
    Features,
    Message,
    PatchResult,
    Refused,
    Resumed,
    ResumeRequest,
    Tap,
)
from hil.link.client import Link
from hil.link.deadlines import ATTEMPTS, SILENCE_S
from hil.link.errors import LinkError, LinkSilentError, RefusedError
from hil.link.progress import AT_LEAST, LONGER_THAN_SOUND, WITHOUT_PROGRESS
from hil.link.stream import SoundStream
from tests.hil.fake_device import BANDS, CLASSES, FakeDevice
from tests.hil.link.test_client import connect, sound

BYTE_S = 1e-3
"""Of a line of 9600 baud: a faster one only floods with more."""

SCORES = (0,) * CLASSES
FLOODS: dict[str, Callable[[int], Message]] = {
    "credit": lambda number: Credit(4096 + number),
    "patches": lambda number: PatchResult(1, number, 0, 0, 1, 1, 1, SCORES),
    "features": lambda number: Features(1, number, bytes(BANDS)),
    "taps": lambda number: Tap(0, 0, 0, 40 * number, bytes(40)),
}


class Flooding(FakeDevice):
    """Answers HELLO_REQUEST; instead of the end of anything comes a flood."""

    numbers: Iterator[int] = itertools.count()
    flood: Callable[[int], Message] | None = None
    """The message of each number; None: zeros."""

    def _answer(self, message: Message, sequence: int) -> Iterator[Message]:
        for answer in super()._answer(message, sequence):
            if not isinstance(answer, ClipResult | PatchResult | Features | Tap):
                yield answer

    def read(self, size: int = 1, /) -> bytes:
        while self.hellos and len(self._outgoing) < size:
            if self._work():
                continue
            if self.flood is None:
                self._outgoing.extend(bytes(size))
            else:
                self._outgoing.extend(encode_frame(self.flood(next(self.numbers)), self._sequence))
                self._sequence = (self._sequence + 1) & 0xFF
        data = super().read(size)
        self.now_s += BYTE_S * len(data)
        return data


def flooding(kind: str) -> Flooding:
    device = Flooding(window_bytes=4096, taps=True)
    device.numbers = itertools.count()
    device.flood = FLOODS.get(kind)
    return device


@pytest.mark.parametrize("kind", ["zeros", "credit"])
def test_bytes_that_bring_nothing_on_are_a_silence(kind: str) -> None:
    """At each attempt, and in bounded time."""
    device = flooding(kind)
    link = connect(device)
    with pytest.raises(LinkSilentError, match="bytes, but for 4 s none that bring it on"):
        link.play_clip(1, sound(1600))
    longest_s = ATTEMPTS * (WITHOUT_PROGRESS * SILENCE_S + 1.0)
    assert WITHOUT_PROGRESS * SILENCE_S <= device.now_s < longest_s


@pytest.mark.parametrize("kind", ["patches", "features"])
def test_answers_without_end_are_left_by_the_clip_s_own_length(kind: str) -> None:
    device = flooding(kind)
    link = connect(device)
    limit_s = AT_LEAST * SILENCE_S + LONGER_THAN_SOUND * 0.1
    with pytest.raises(LinkSilentError, match=f"without end: more than {limit_s:g} s"):
        link.play_clip(1, sound(1600))
    assert device.now_s < ATTEMPTS * (limit_s + 1.0)


def test_taps_without_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.link.client.READ_BACK_S", 3.0)
    device = flooding("taps")
    link = connect(device)
    with pytest.raises(LinkSilentError, match="without end: more than 3 s"):
        link.play_patch(1, np.zeros((96, BANDS), np.int8), [0])
    assert device.now_s < ATTEMPTS * 4.0


@pytest.mark.parametrize("kind", ["zeros", "credit", "patches"])
def test_a_message_that_is_awaited_has_a_deadline(kind: str) -> None:
    device = flooding(kind)
    link = connect(device)
    with pytest.raises(LinkSilentError):
        link.await_message(ClipResult)
    assert device.now_s < AT_LEAST * SILENCE_S + 1.0


@pytest.mark.parametrize("kind", ["zeros", "credit"])
def test_a_stream_of_sound_has_the_same_deadline(kind: str) -> None:
    device = flooding(kind)
    stream = SoundStream(connect(device), device.clock_s, SILENCE_S)
    stream.begin()
    stream.add(sound(1600))
    stream.end()
    with pytest.raises(LinkSilentError, match="none that bring it on"):
        while stream.is_open:
            stream.exchange(0.01)
    assert device.now_s < WITHOUT_PROGRESS * SILENCE_S + 1.0


def test_a_device_that_is_asked_nothing_may_send_credit_in_a_stream() -> None:
    device = flooding("zeros")
    stream = SoundStream(connect(device), device.clock_s, SILENCE_S)
    while device.now_s < 10 * SILENCE_S:
        assert stream.exchange(0.01) == []
        device.now_s += 0.1


class Wandering(FakeDevice):
    """Refuses every frame of a clip, and wants to go on at another sample each time."""

    step = 1

    def _answer(self, message: Message, sequence: int) -> Iterator[Message]:
        yield Refused(1, 0, 0, 0, 1)

    def _resume(self, request: ResumeRequest, sequence: int) -> Iterator[Message]:
        self._consumed, self._limit = 0, self.window_bytes
        self._expected = (sequence + 1) & 0xFF
        self.resumptions += self.step
        self.now_s += 0.01
        yield Resumed(request.clip_id, self.resumptions, self.window_bytes)


@pytest.mark.parametrize(("step", "most"), [(1, 1600), (1 << 20, 2 << 20)])
def test_a_device_that_resumes_without_end_is_left(step: int, most: int) -> None:
    """At the latest where it wants samples that there are not."""
    device = Wandering()
    device.step = step
    with pytest.raises(LinkError) as caught:
        connect(device).play_clip(1, sound(1600))
    assert isinstance(caught.value, RefusedError | LinkSilentError)
    assert device.resumptions <= ATTEMPTS * (most + step)


def test_a_slow_device_that_gets_on_is_waited_for() -> None:

    class Slow(FakeDevice):
        def read(self, size: int = 1, /) -> bytes:
            data = super().read(size)
            self.now_s += BYTE_S * len(data)
            return data

    device = Slow()
    link = Link(device, clock_s=device.clock_s)
    link.handshake()
    assert link.play_clip(1, sound(40_000), 1).result.samples == 40_000
    assert device.now_s > 2 * WITHOUT_PROGRESS * SILENCE_S
