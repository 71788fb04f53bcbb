# SPDX-License-Identifier: Apache-2.0
"""What the device tells of itself: errors of its line, its cycle counter, its clock."""

from __future__ import annotations

import struct

import pytest

from generator.wire import HelloFlag, Refusal
from generator.wire.messages import (
    ClipBegin,
    ClipEnd,
    ClipResult,
    FaultReport,
    Memory,
    MemoryRequest,
    Refused,
)
from tests.firmware.firmware_driver import Driver
from tests.firmware.test_session import greet, only_refused, samples


def test_the_uarts_own_errors_name_the_cause(device: Driver) -> None:
    """OVERRUN and LINE are in place of DAMAGED and SEQUENCE, with their counts."""
    greet(device)
    device.call("e", struct.pack("<III", 0, 2, 1))
    damaged = bytearray(device.encode(ClipBegin(1)))
    damaged[3] ^= 0x40
    device.feed(bytes(damaged))
    refused = only_refused([frame.message for frame in device.step()])
    assert (refused.code, refused.detail) == (Refusal.LINE, 3)
    device.call("e", struct.pack("<III", 2, 0, 0))
    device.encode(samples(1))  # lost
    second, memory = device.send(MemoryRequest())
    assert isinstance(second, Refused)
    assert (second.code, second.detail) == (Refusal.OVERRUN, 2)
    assert isinstance(memory, Memory)
    assert (memory.overruns, memory.framing_errors, memory.noise_errors) == (2, 2, 1)


def test_what_came_before_the_first_greeting_counts_for_nothing(device: Driver) -> None:
    """The receiver is switched on in the middle of a byte; later greetings forget nothing."""
    device.call("e", struct.pack("<III", 1, 2, 3))
    device.step()
    greet(device)
    (memory,) = device.send(MemoryRequest())
    assert isinstance(memory, Memory)
    assert memory.overruns == memory.framing_errors == memory.noise_errors == 0
    device.call("e", struct.pack("<III", 1, 2, 3))
    device.step()
    greet(device)
    (memory,) = device.send(MemoryRequest())
    assert isinstance(memory, Memory)
    assert (memory.overruns, memory.framing_errors, memory.noise_errors) == (1, 2, 3)


def test_a_stopped_counter_is_set_going_and_told(device: Driver) -> None:
    """At HELLO, at CLIP_BEGIN, and at CLIP_END with the clip that it has spoiled."""
    device.call("p")
    assert greet(device).counter_losses == 1
    device.call("p")
    clip = device.send(ClipBegin(1), samples(1), ClipEnd(1))[-1]
    assert isinstance(clip, ClipResult)
    assert clip.counter_losses == 0  # before its first sample
    device.send(ClipBegin(2), samples(1))
    device.call("p")
    clip = device.send(ClipEnd(1))[-1]
    assert isinstance(clip, ClipResult)
    assert clip.counter_losses == 1
    assert greet(device).counter_losses == 3


@pytest.mark.parametrize(
    ("state", "flag"),
    [
        ((1, 0, 0), HelloFlag.SOURCE_MISSING),
        ((0, 1, 0), HelloFlag.LSE_LOCKED),
        ((0, 0, 1), HelloFlag.LSE_MISSING),
    ],
)
def test_what_the_clock_comes_from_is_told(
    device: Driver, state: tuple[int, int, int], flag: HelloFlag
) -> None:
    """In HELLO, and in MEMORY as it stands then."""
    device.call("k", struct.pack("<III", *state))
    assert greet(device).flags == HelloFlag.TAPS | flag
    device.call("k", struct.pack("<III", 0, 0, 0))
    (memory,) = device.send(MemoryRequest())
    assert isinstance(memory, Memory)
    assert (memory.flags, memory.clocks) == (HelloFlag.TAPS, 0x123456789ABC)


def test_noise_that_harmed_no_frame_is_not_blamed_for_a_later_ones_damage(device: Driver) -> None:
    """A whole frame in order clears it, once no byte waits that it may have befallen."""
    greet(device)
    device.call("e", struct.pack("<III", 0, 2, 1))
    device.step()
    (memory,) = device.send(MemoryRequest())
    assert isinstance(memory, Memory)
    assert (memory.framing_errors, memory.noise_errors) == (2, 1)
    device.encode(samples(1))  # lost, by no fault of the line
    refused, _ = device.send(MemoryRequest())
    assert isinstance(refused, Refused)
    assert refused.code == Refusal.SEQUENCE


def test_an_error_of_bytes_that_wait_is_blamed_on_their_frame(device: Driver) -> None:
    """The good frame that was taken before them does not clear it; nor does silence."""
    greet(device)
    good = device.encode(MemoryRequest())
    device.encode(samples(1))  # lost
    device.call("e", struct.pack("<III", 1, 0, 0))
    device.feed(good + device.encode(MemoryRequest()))
    codes = [frame.message.code for frame in device.step() if isinstance(frame.message, Refused)]
    assert codes == [Refusal.OVERRUN]
    device.call("e", struct.pack("<III", 2, 0, 0))
    device.step()
    device.encode(samples(1))  # lost
    refused, _ = device.send(MemoryRequest())
    assert isinstance(refused, Refused)
    assert (refused.code, refused.detail) == (Refusal.OVERRUN, 2)


def test_a_fault_is_reported_behind_whatever_was_cut(device: Driver) -> None:
    """The report is whole although it follows half a frame."""
    greet(device)
    half = b"\x07\x82"
    told = half + device.call("x", struct.pack("<9I", 3, 0x00100000, 4, 5, 6, 7, 8, 9, 10))
    damaged, frame = device.reader.feed(told)
    assert isinstance(damaged, ValueError)
    assert not isinstance(frame, ValueError)
    assert frame.message == FaultReport(3, 0x00100000, 4, 5, 6, 7, 8, 9, 10)
