# SPDX-License-Identifier: Apache-2.0
"""Clips without a known end, against a device in Python that keeps the rules of the link."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.wire import ENCODED_LIMIT_BYTES
from generator.wire.messages import ClipResult, Features, Message, PatchResult
from hil.link import stream as stream_module
from hil.link.answers import join_features
from hil.link.client import Link
from hil.link.errors import BoardRestartedError, LinkSilentError, RefusedError
from hil.link.stream import SoundStream
from hil.suite.faulty_port import FaultyPort
from tests.hil.fake_device import BANDS, FakeDevice, features_of, patches_of

Samples = npt.NDArray[np.int16]
SILENCE_S = 2.0


def sound(count: int, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).integers(-32768, 32768, count).astype(np.int16)


def connect(device: FakeDevice, port: Any = None) -> SoundStream:
    link = Link(port or device, clock_s=device.clock_s)
    link.handshake()
    return SoundStream(link, device.clock_s, SILENCE_S)


def play(stream: SoundStream, samples: Samples, piece: int) -> list[Message]:
    """One clip, handed on in pieces; its answers."""
    answers: list[Message] = []
    stream.begin()
    for at in range(0, len(samples), piece):
        stream.add(samples[at : at + piece])
        answers += stream.exchange(0.0)
    stream.end()
    while stream.is_open:
        answers += stream.exchange(0.01)
    return answers


def assert_right(answers: list[Message], samples: Samples) -> None:
    frames = features_of(samples)
    features = [one for one in answers if isinstance(one, Features)]
    patches = [one for one in answers if isinstance(one, PatchResult)]
    assert np.array_equal(join_features(features, BANDS), frames)
    assert [(one.first_frame, one.scores) for one in patches] == patches_of(frames)
    results = [one for one in answers if isinstance(one, ClipResult)]
    assert [one.samples for one in results] == [len(samples)]


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(0, 30_000),
    piece=st.integers(100, 3000),
    window_bytes=st.integers(ENCODED_LIMIT_BYTES, 12_000),
    pace=st.lists(st.integers(1, 6), min_size=1, max_size=4),
)
def test_pieces_arrive_whole_under_any_schedule_and_never_beyond_credit(
    count: int, piece: int, window_bytes: int, pace: list[int]
) -> None:
    device = FakeDevice(window_bytes=window_bytes, pace=tuple(pace))
    samples = sound(count)
    assert_right(play(connect(device), samples, piece), samples)
    assert device.overruns == 0


def test_clips_follow_one_another_each_with_its_own_number() -> None:
    stream = connect(FakeDevice())
    for number, count in enumerate((20_000, 0, 5_000), start=1):
        samples = sound(count, number)
        answers = play(stream, samples, 512)
        assert_right(answers, samples)
        assert {one.clip_id for one in answers if isinstance(one, ClipResult)} == {number}


@pytest.mark.parametrize("at", [700, 9000, 20_000, 39_990])
def test_a_damaged_frame_is_resent_from_what_is_kept(at: int) -> None:
    device = FakeDevice()
    port = FaultyPort(device, flip_sent=range(at, at + 3))
    samples = sound(20_000)
    stream = connect(device, port)
    assert_right(play(stream, samples, 512), samples)
    assert len(stream.resent) == device.resumptions == 1


def test_sound_that_was_taken_long_ago_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "KEPT_BYTES", 4096)
    stream = connect(FakeDevice())
    samples = sound(200_000)
    stream.begin()
    for at in range(0, len(samples), 512):
        stream.add(samples[at : at + 512])
        while stream.waiting_samples:
            stream.exchange(0.01)
        assert len(stream._bytes) < 5 * 4096


def test_a_device_that_owes_and_is_silent_is_told_and_one_that_owes_nothing_is_not() -> None:
    device = FakeDevice()
    stream = connect(device)
    stream.begin()
    stream.exchange(10 * SILENCE_S)  # nobody has anything to say
    device._limit = stream._link._limit_bytes = 0  # no room, and none is given any more
    device.pace = (0,)
    stream.add(sound(512))
    begun_s = device.now_s
    with pytest.raises(LinkSilentError, match="no byte for"):
        for _ in range(10_000):
            stream.exchange(0.01)
    assert SILENCE_S < device.now_s - begun_s < SILENCE_S + 0.1


def test_a_restart_is_told_and_a_new_clip_can_begin_after_a_handshake() -> None:
    device = FakeDevice(restart_at_frame=20)
    stream = connect(device)
    with pytest.raises(BoardRestartedError):
        play(stream, sound(40_000), 512)
    stream._link.handshake()
    samples = sound(12_000, 2)
    assert_right(play(stream, samples, 512), samples)


def test_a_refusal_that_resending_cannot_mend_is_raised() -> None:
    device = FakeDevice()
    stream = connect(device)
    stream.begin()
    stream.add(sound(2000))
    device._clip = None
    with pytest.raises(RefusedError, match="NO_CLIP"):
        while True:
            device._clip = device._held = None
            device._dropped = False
            stream.exchange(0.01)
