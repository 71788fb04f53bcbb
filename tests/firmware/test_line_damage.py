# SPDX-License-Identifier: Apache-2.0
"""A bad line and a busy device: a result is exact or not given, and credit loses no byte."""

from __future__ import annotations

import struct
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.wire import (
    AUDIO_LIMIT_SAMPLES,
    Frame,
    encode_frame,
)
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Credit,
    Hello,
    HelloRequest,
    Memory,
    MemoryRequest,
    Refused,
)
from tests.firmware.firmware_driver import Driver

SAMPLES_EACH = 50
FRAMES = 6

damage = st.one_of(
    st.tuples(st.just("flip"), st.integers(0, 2000), st.integers(1, 255)),
    st.tuples(st.just("drop byte"), st.integers(0, 2000), st.just(0)),
    st.tuples(st.just("drop frame"), st.integers(0, FRAMES + 1), st.just(0)),
    st.tuples(st.just("repeat frame"), st.integers(0, FRAMES + 1), st.just(0)),
    st.tuples(st.just("insert"), st.integers(0, 2000), st.integers(0, 255)),
)


def clip_frames(driver: Driver, clip_id: int) -> list[bytes]:
    """A clip of ones, encoded."""
    audio = ClipAudio(struct.pack(f"<{SAMPLES_EACH}h", *([1] * SAMPLES_EACH)))
    messages = [ClipBegin(clip_id), *([audio] * FRAMES), ClipEnd(SAMPLES_EACH * FRAMES)]
    return [driver.encode(message) for message in messages]


def apply(frames: list[bytes], damages: list[tuple[str, int, int]]) -> bytes:
    """The stream as the line delivers it."""
    frames = list(frames)
    for kind, at, _ in damages:
        if kind == "drop frame":
            frames[at % len(frames)] = b""
        if kind == "repeat frame":
            frames[at % len(frames)] *= 2
    stream = bytearray(b"".join(frames))
    for kind, place, value in damages:
        if not stream:
            break
        at = place % len(stream)
        if kind == "flip":
            stream[at] ^= value
        if kind == "drop byte":
            del stream[at]
        if kind == "insert":
            stream.insert(at, value)
    return bytes(stream)


def greet(driver: Driver) -> list[object]:
    """Say hello after whatever is on the line; the answers, REFUSED of the remains included."""
    driver.sequence = 0
    driver.feed(b"\0")
    return list(driver.send(HelloRequest()))


@settings(deadline=None, max_examples=120)
@given(st.lists(damage, max_size=3), st.integers(1, 200))
def test_a_clip_is_exact_or_not_answered(
    driver_program: Path, damages: list[tuple[str, int, int]], piece: int
) -> None:
    """Whatever happens on the line; and after the next hello all is well again."""
    driver = Driver(driver_program)
    greet(driver)
    stream = apply(clip_frames(driver, 5), damages)
    answers: list[object] = []
    for start in range(0, len(stream), piece):
        driver.feed(stream[start : start + piece])
        answers += [frame.message for frame in driver.step()]
    results = [answer for answer in answers if isinstance(answer, ClipResult)]
    if results:
        (result,) = results
        assert (result.clip_id, result.samples) == (5, SAMPLES_EACH * FRAMES)
        assert result.score_sums[0] == SAMPLES_EACH * FRAMES
    if not damages:
        assert len(results) == 1
        assert not any(isinstance(answer, Refused) for answer in answers)

    hello = greet(driver)[-1]
    assert isinstance(hello, Hello)
    driver.feed(b"".join(clip_frames(driver, 6)))
    again = [frame.message for frame in driver.step()]
    assert isinstance(again[-1], ClipResult)
    assert again[-1].clip_id == 6
    driver.close()


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(0, AUDIO_LIMIT_SAMPLES), min_size=30, max_size=60),
    steps=st.lists(st.integers(0, 4), min_size=60, max_size=60),
)
def test_credit_holds_a_fast_host_back(
    driver_program: Path, sizes: list[int], steps: list[int]
) -> None:
    """A host that sends all it may, a device that works now and then: nothing is lost."""
    driver = Driver(driver_program)
    (hello,) = driver.send(HelloRequest())
    assert isinstance(hello, Hello)
    limit, sent = hello.window_bytes, 0
    results: list[ClipResult] = []

    def work(count: int) -> None:
        nonlocal limit
        for frame in driver.step(count):
            assert not isinstance(frame.message, Refused)
            if isinstance(frame.message, Credit):
                assert frame.message.limit_bytes > limit
                limit = frame.message.limit_bytes
            if isinstance(frame.message, ClipResult):
                results.append(frame.message)

    audio = [ClipAudio(bytes(2 * size)) for size in sizes]
    messages = [ClipBegin(1), *audio, ClipEnd(sum(sizes))]
    for index, message in enumerate(messages):
        encoded = driver.encode(message)
        stalls = 0
        while sent + len(encoded) > limit:
            work(1)
            stalls += 1
            assert stalls < 100, "the credit never comes"
        driver.feed(encoded)
        sent += len(encoded)
        if count := steps[index % len(steps)]:
            work(count)
    work(0)
    (result,) = results
    assert result.samples == sum(sizes)
    memory = next(
        message for message in driver.send(MemoryRequest()) if isinstance(message, Memory)
    )
    assert memory.overruns == 0
    assert memory.rx_high_water_bytes <= hello.window_bytes
    driver.close()


def test_hello_needs_no_credit(driver_program: Path) -> None:
    """With the window full to the last byte, one delimiter and a HELLO_REQUEST still fit."""
    driver = Driver(driver_program)
    (hello,) = driver.send(HelloRequest())
    assert isinstance(hello, Hello)
    driver.feed(b"\x01" * hello.window_bytes)
    driver.feed(b"\0" + encode_frame(HelloRequest(nonce=3), 200))
    messages = [item.message for item in driver.step() if isinstance(item, Frame)]
    assert isinstance(messages[-1], Hello)
    assert messages[-1].nonce == 3
    driver.close()
