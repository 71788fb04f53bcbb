# SPDX-License-Identifier: Apache-2.0
"""What the session does when the weights in flash change: no answer of theirs leaves the device."""

from __future__ import annotations

import struct
import zlib

import pytest

from generator.wire import Canary, HelloFlag, Refusal
from generator.wire.messages import (
    Check,
    CheckRequest,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Credit,
    Frames,
    Memory,
    MemoryRequest,
    PatchResult,
    Refused,
    ResumeRequest,
)
from tests.firmware.firmware_driver import Driver
from tests.firmware.test_session import BANDS, PATCH_FRAMES, greet, only_refused, samples

WEIGHTS = bytearray((1, 2, 3, 5, 6, 7, 8))
"""Both tables of fakes/driver.c, one after the other."""

PATCH = samples(*[1] * 250)
"""A quarter of one: the driver's patches have 1000 samples."""


def turn_over(device: Driver, bit: int) -> int:
    """Turn a bit of the first table over; the CRC-32 that must be found then."""
    device.call("w", struct.pack("<III", bit, 0, 0))
    changed = WEIGHTS.copy()
    changed[bit // 8] ^= 1 << bit % 8
    return zlib.crc32(changed)


def test_check_tells_both_sums_and_the_words_beside_the_rings(device: Driver) -> None:
    greet(device)
    (check,) = device.send(CheckRequest())
    generated = zlib.crc32(WEIGHTS)
    assert check == Check(generated, generated, len(WEIGHTS), 0)
    found = turn_over(device, 11)
    device.call("y", struct.pack("<III", 7, 0, 0))
    (check,) = device.send(CheckRequest())
    assert check == Check(generated, found, len(WEIGHTS), Canary.TRANSMIT_BEHIND)


@pytest.mark.parametrize("bit", [0, 11, 23])
def test_a_clip_whose_weights_change_under_way_has_no_answer(device: Driver, bit: int) -> None:
    """Whatever its patches said before; nor has one after it, even where the bit is back."""
    greet(device)
    assert isinstance(device.send(ClipBegin(1), PATCH, ClipEnd(250))[-1], ClipResult)
    *_, patch = device.send(ClipBegin(2), PATCH, PATCH, PATCH, PATCH)
    assert isinstance(patch, PatchResult)
    found = turn_over(device, bit)
    refused = only_refused(device.send(ClipEnd(1000)))
    assert (refused.code, refused.detail, refused.clip_id) == (Refusal.WEIGHTS, found, 2)
    turn_over(device, bit)
    refused = only_refused(device.send(ClipBegin(3)))
    assert (refused.code, refused.detail) == (Refusal.WEIGHTS, found)
    answers = device.send(PATCH, ClipEnd(250))
    assert all(isinstance(one, Credit) for one in answers)
    hello = greet(device)
    assert hello.flags & HelloFlag.WEIGHTS_DAMAGED
    (memory,) = device.send(MemoryRequest())
    assert isinstance(memory, Memory)
    assert memory.flags & HelloFlag.WEIGHTS_DAMAGED


def test_a_whole_device_says_nothing_of_damage(device: Driver) -> None:
    assert not greet(device).flags & HelloFlag.WEIGHTS_DAMAGED


def test_a_refused_clip_is_not_held(device: Driver) -> None:
    """RESUME_REQUEST finds nothing to go on with: sent again it would be refused again."""
    greet(device)
    device.send(ClipBegin(1), PATCH)
    turn_over(device, 5)
    device.send(ClipEnd(250))
    (resumed,) = device.send(ResumeRequest(1))
    assert resumed.clip_id == 0xFFFFFFFF  # type: ignore[attr-defined]


def test_a_clip_without_end_is_looked_at_all_the_same(device: Driver) -> None:
    """After some patches, each of which was answered at once."""
    greet(device)
    device.send(ClipBegin(1))
    turn_over(device, 17)
    answered = 0
    while answered < 100:
        answers = device.send(PATCH)
        answered += sum(isinstance(one, PatchResult) for one in answers)
        refusals = [one for one in answers if isinstance(one, Refused)]
        if refusals:
            break
    assert [one.code for one in refusals] == [Refusal.WEIGHTS]
    assert answered == 64


def test_frames_of_a_patch_have_no_answer_either(device: Driver) -> None:
    greet(device)
    frames = Frames(1, 0, bytes(BANDS * PATCH_FRAMES))
    assert isinstance(device.send(frames)[-1], PatchResult)
    found = turn_over(device, 1)
    *_, refused = device.send(frames)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.detail) == (Refusal.WEIGHTS, found)
    assert not any(isinstance(one, PatchResult) for one in device.send(frames))
