# SPDX-License-Identifier: Apache-2.0
"""The conversation: greeting, clips, results, refusals, credit, taps."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace

import pytest

from generator.model.patches import patch_rule
from generator.wire import (
    BOOT_NONCE,
    NO_CLIP_ID,
    PROTOCOL_VERSION,
    RESERVE_BYTES,
    TAP_MASK_BYTES,
    ClipFlag,
    HelloFlag,
    Phase,
    Refusal,
    RunEnd,
    ScoreHead,
    Wait,
    encode_frame,
    mask_of,
)
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Credit,
    Features,
    Frames,
    Hello,
    HelloRequest,
    Memory,
    MemoryRequest,
    Message,
    PatchResult,
    Refused,
    Resumed,
    ResumeRequest,
    Rule,
    RuleRequest,
    Tap,
    TapSelect,
)
from tests.firmware.firmware_driver import Driver

RING_BYTES = 4096
WINDOW_BYTES = RING_BYTES - RESERVE_BYTES
BANDS = 64
PATCH_FRAMES = 8
KEPT_FRAMES = patch_rule(PATCH_FRAMES).kept


def samples(*values: int) -> ClipAudio:
    """Audio of these samples."""
    return ClipAudio(struct.pack(f"<{len(values)}h", *values))


def tap(*operators: int) -> TapSelect:
    """Select these operators."""
    return TapSelect(mask_of(operators, TAP_MASK_BYTES))


def greet(device: Driver) -> Hello:
    """Say hello, as a host does first of all."""
    (hello,) = device.send(HelloRequest(nonce=77))
    assert isinstance(hello, Hello)
    return hello


def only_refused(answers: list[Message]) -> Refused:
    """Return the one answer, a REFUSED; a CREDIT may come with it."""
    (refused,) = results(answers)
    assert isinstance(refused, Refused)
    return refused


def results(answers: list[Message]) -> list[Message]:
    """The answers that are no CREDIT."""
    return [answer for answer in answers if not isinstance(answer, Credit)]


def test_hello_tells_who_the_device_is(device: Driver) -> None:
    """Every field, labels in UTF-8."""
    assert greet(device) == Hello(
        protocol=PROTOCOL_VERSION,
        flags=HelloFlag.TAPS,
        nonce=77,
        core_clock_hz=160_000_000,
        window_bytes=WINDOW_BYTES,
        reset_flags=0x20000000,
        wait_given_up=Wait.PLL,
        counter_losses=0,
        check_clocks=16384,
        check_cycles=16390,
        sample_rate_hz=22_050,
        frames=PATCH_FRAMES,
        bands=BANDS,
        classes=3,
        operators=255,
        board="testboard",
        engine="fake",
        firmware_sha256=b"\x5a" * 32,
        model_sha256=b"\xab\xcd" + bytes(30),
        frontend=bytes((1, 2, 3, 4)),
        resets=3,
        run_end=RunEnd.WAIT,
        end_phase=Phase.START,
        end_exception=6,
        end_status=Wait.PLL,
        end_hfsr=7,
        end_address=8,
        end_pc=9,
        end_lr=10,
        labels="dog\nbells ä\nrain",
    )


def test_start_is_announced_without_a_request(device: Driver) -> None:
    """HELLO with the nonce that no host sends, after delimiters that end what was on the line."""
    (frame,) = device.sent_at_start
    assert frame.sequence == 0
    assert isinstance(frame.message, Hello)
    assert frame.message == replace(greet(device), nonce=BOOT_NONCE)


def test_hello_request_of_a_strange_length_is_answered(device: Driver) -> None:
    """A host of another protocol must learn ours."""
    device.sequence = 9
    (hello,) = device.send(HelloRequest(protocol=PROTOCOL_VERSION + 1))
    assert isinstance(hello, Hello)
    body = encode_frame(MemoryRequest(), 3)
    assert body  # the same frame type is known; now a HELLO_REQUEST without payload:
    device.feed(_frame_of(HelloRequest.IDENT, 200, b""))
    (frame,) = device.step()
    assert isinstance(frame.message, Hello)
    assert frame.sequence == 0


def _frame_of(ident: int, sequence: int, payload: bytes) -> bytes:
    import zlib

    from cobs import cobs

    body = bytes((ident, sequence)) + payload
    return cobs.encode(body + struct.pack("<I", zlib.crc32(body))) + b"\0"


def test_a_clip_is_answered(device: Driver) -> None:
    """Patch results as they come, then the clip result with sums in 64 bits."""
    greet(device)
    audio = [samples(*([1] * 250)) for _ in range(10)]
    answers = device.send(ClipBegin(clip_id=41), *audio, ClipEnd(sample_count=2500))
    first, second, clip = results(answers)
    assert isinstance(first, PatchResult)
    assert isinstance(second, PatchResult)
    assert (first.clip_id, first.patch_index, second.patch_index) == (41, 0, 1)
    assert first.scores == (0, 5, 0)
    assert isinstance(clip, ClipResult)
    assert (clip.clip_id, clip.samples, clip.frames, clip.patches) == (41, 2500, 25, 2)
    assert (clip.decision, clip.score_sums) == (2, (2500, 0, 0))
    assert clip.detected == b"\x06" + bytes(30) + b"\x80"
    assert (clip.frontend_cycles, clip.network_cycles) == (2 * 0xFFFFFFFF, 2000)
    assert clip.busy_cycles == 11 * 10


def test_the_rule_is_told(device: Driver) -> None:
    """Head, fallback and every class's threshold; a request has no payload."""
    greet(device)
    assert device.send(RuleRequest()) == [Rule(ScoreHead.SIGMOID, -2, (-128, 26, 127))]
    device.feed(_frame_of(RuleRequest.IDENT, device.sequence, b"x"))
    device.sequence += 1
    refused = only_refused([frame.message for frame in device.step()])
    assert (refused.code, refused.detail) == (Refusal.LENGTH, 1)


def test_features_come_back_when_asked(device: Driver) -> None:
    """As far as they are one after the other, and the rest before the clip result."""
    greet(device)
    audio = [samples(*([0] * 200)) for _ in range(18)]
    answers = device.send(ClipBegin(1, ClipFlag.FEATURES), *audio, ClipEnd(3600))
    features = [answer for answer in answers if isinstance(answer, Features)]
    assert [(item.first_frame, len(item.cells) // BANDS) for item in features] == [
        (first, KEPT_FRAMES) for first in range(0, 36, KEPT_FRAMES)
    ]
    cells = b"".join(item.cells for item in features)
    assert cells == b"".join(bytes((frame,)) * BANDS for frame in range(36))
    assert isinstance(answers[-1], ClipResult)


def test_no_features_unless_asked(device: Driver) -> None:
    """A clip without the flag, after one that was dropped with frames waiting."""
    greet(device)
    device.send(ClipBegin(1, ClipFlag.FEATURES), samples(*([0] * 200)), ClipEnd(1))
    answers = device.send(ClipBegin(2), samples(*([0] * 200)), ClipEnd(200))
    (clip,) = results(answers)
    assert isinstance(clip, ClipResult)


def test_audio_outside_a_clip_is_refused(device: Driver) -> None:
    """Before any clip and after its end."""
    greet(device)
    refused = only_refused(device.send(samples(1)))
    assert (refused.code, refused.clip_id) == (Refusal.NO_CLIP, NO_CLIP_ID)
    device.send(ClipBegin(1), ClipEnd(0))
    assert only_refused(device.send(ClipEnd(0))).code == Refusal.NO_CLIP


def test_a_wrong_sample_count_is_refused(device: Driver) -> None:
    """With the count that arrived."""
    greet(device)
    refused = only_refused(device.send(ClipBegin(5), samples(1, 2, 3), ClipEnd(4)))
    assert (refused.code, refused.detail, refused.clip_id) == (Refusal.SAMPLE_COUNT, 3, 5)


def test_lengths_that_do_not_fit_are_refused(device: Driver) -> None:
    """Of fixed messages and of audio: odd, or too long."""
    greet(device)
    for ident, payload in ((2, bytes(7)), (5, b"x"), (4, bytes(5)), (6, bytes(3)), (7, bytes(9))):
        device.send(ClipBegin(1))
        device.feed(_frame_of(ident, device.sequence, payload))
        device.sequence += 1
        refused = only_refused([frame.message for frame in device.step()])
        assert (refused.code, refused.detail) == (Refusal.LENGTH, len(payload))
    for length in (3, 514):
        device.send(ClipBegin(1))
        device.feed(_frame_of(3, device.sequence, bytes(length)))
        device.sequence += 1
        refused = only_refused([frame.message for frame in device.step()])
        assert (refused.code, refused.detail) == (Refusal.LENGTH, length)


def test_an_unknown_message_is_refused(device: Driver) -> None:
    """With its type."""
    greet(device)
    device.feed(_frame_of(0x55, device.sequence, b"?"))
    refused = only_refused([frame.message for frame in device.step()])
    assert (refused.code, refused.detail) == (Refusal.UNKNOWN, 0x55)


def test_an_error_of_the_listener_is_told(device: Driver) -> None:
    """As its number, negated."""
    greet(device)
    refused = only_refused(device.send(ClipBegin(1), samples(0x7FFF)))
    assert (refused.code, refused.detail) == (Refusal.INTERNAL, 100)


def test_a_missing_frame_drops_the_clip_once(device: Driver) -> None:
    """One REFUSED; the rest in silence; the next clip is whole."""
    greet(device)
    device.send(ClipBegin(8), samples(1))
    expected = device.sequence
    device.encode(samples(2))  # lost on the way
    refused = only_refused(device.send(samples(3), samples(4), ClipEnd(4)))
    assert (refused.code, refused.clip_id) == (Refusal.SEQUENCE, 8)
    assert (refused.expected_sequence, refused.sequence) == (expected, expected + 1)
    (clip,) = device.send(ClipBegin(9), samples(1), ClipEnd(1))
    assert isinstance(clip, ClipResult)


def test_a_clip_goes_on_behind_a_missing_frame(device: Driver) -> None:
    """RESUMED says which sample is next; what was on its way is passed over in silence."""
    greet(device)
    device.send(ClipBegin(8), samples(1, 2, 3))
    device.encode(samples(4))  # lost on the way
    refused = only_refused(device.send(samples(5), ClipEnd(5)))
    assert (refused.code, refused.clip_id) == (Refusal.SEQUENCE, 8)
    (resumed,) = device.send(ResumeRequest(8))
    assert resumed == Resumed(8, 3, WINDOW_BYTES)
    (again,) = device.send(ResumeRequest(8))
    assert again == resumed
    (clip,) = device.send(samples(4), samples(5), ClipEnd(5))
    assert isinstance(clip, ClipResult)
    assert (clip.samples, clip.score_sums[0]) == (5, 1 + 2 + 3 + 4 + 5)  # each exactly once


def test_a_clip_goes_on_behind_a_damaged_frame_and_a_lost_end(device: Driver) -> None:
    """Only the end is resent."""
    greet(device)
    device.send(ClipBegin(8), samples(1))
    damaged = bytearray(device.encode(ClipEnd(1)))
    damaged[3] ^= 0x40
    device.feed(bytes(damaged))
    refused = only_refused([frame.message for frame in device.step()])
    assert (refused.code, refused.clip_id) == (Refusal.DAMAGED, 8)
    assert device.send(ResumeRequest(8)) == [Resumed(8, 1, WINDOW_BYTES)]
    (clip,) = device.send(ClipEnd(1))
    assert isinstance(clip, ClipResult)


def test_a_clip_that_is_not_held_does_not_go_on(device: Driver) -> None:
    """Another one, one that was refused, one that ended, one before a greeting."""
    greet(device)
    nothing = Resumed(NO_CLIP_ID, 0, WINDOW_BYTES)
    assert device.send(ResumeRequest(1)) == [nothing]
    device.send(ClipBegin(1), samples(1))
    device.encode(samples(2))  # lost
    only_refused(device.send(samples(3)))
    assert device.send(ResumeRequest(2)) == [nothing]
    device.send(ResumeRequest(1))
    device.feed(_frame_of(3, device.sequence, bytes(3)))
    device.sequence += 1
    assert only_refused([frame.message for frame in device.step()]).code == Refusal.LENGTH
    assert device.send(ResumeRequest(1)) == [nothing]
    device.send(ClipBegin(3), samples(1))
    device.encode(samples(2))  # lost
    only_refused(device.send(samples(3)))
    greet(device)
    assert device.send(ResumeRequest(3)) == [nothing]


def test_the_frame_behind_a_gap_is_taken(device: Driver) -> None:
    """A CLIP_BEGIN that follows a lost frame starts its clip."""
    greet(device)
    device.encode(MemoryRequest())  # lost
    refused, clip = device.send(ClipBegin(3), samples(7), ClipEnd(1))
    assert isinstance(refused, Refused)
    assert refused.code == Refusal.SEQUENCE
    assert isinstance(clip, ClipResult)
    assert clip.clip_id == 3


def test_memory_reports_high_waters(device: Driver) -> None:
    """Sizes as linked, and what waited in the rings."""
    greet(device)
    request = device.encode(MemoryRequest())
    device.feed(request)
    (frame,) = device.step()
    memory = frame.message
    assert isinstance(memory, Memory)
    assert (memory.stack_bytes, memory.stack_high_water_bytes) == (8192, 1000)
    assert (memory.rx_ring_bytes, memory.tx_ring_bytes) == (RING_BYTES, 512)
    assert memory.rx_high_water_bytes >= len(request)
    assert memory.tx_high_water_bytes > 0
    assert (memory.arena_bytes, memory.static_bytes) == (1234, 777)


def test_beyond_the_credit_is_an_overrun_and_hello_mends_it(device: Driver) -> None:
    """A host that ignores credit loses its clip, is told, and can begin again."""
    greet(device)
    device.feed(b"".join(device.encode(samples(*range(256))) for _ in range(9)))
    codes = [frame.message.code for frame in device.step() if isinstance(frame.message, Refused)]
    assert Refusal.OVERRUN in codes
    device.feed(b"\0")
    assert greet(device).window_bytes == WINDOW_BYTES


def test_frames_go_past_the_front_end(device: Driver) -> None:
    """A patch in two messages; taps of the chosen operator in pieces; one PATCH_RESULT."""
    greet(device)
    cells = b"".join(bytes((frame + 1,)) * BANDS for frame in range(PATCH_FRAMES))
    answers = results(
        device.send(tap(1), Frames(12, 0, cells[: 5 * BANDS]), Frames(12, 5, cells[5 * BANDS :]))
    )
    *taps, result = answers
    assert isinstance(result, PatchResult)
    assert (result.clip_id, result.scores) == (12, (PATCH_FRAMES, 0, 0))
    rows: dict[int, bytes] = {}
    for piece in taps:
        assert isinstance(piece, Tap)
        assert (piece.patch, piece.operator_index) == (0, 1)
        assert piece.offset_bytes == len(rows.get(piece.row, b""))
        rows[piece.row] = rows.get(piece.row, b"") + piece.values
    assert rows == {row: bytes((row + 1,)) * 2000 for row in range(PATCH_FRAMES)}


@pytest.mark.parametrize(
    "chosen", [(0,), (31,), (32,), (40,), (254,), (31, 32), (32, 40, 254), range(255)]
)
def test_taps_reach_every_operator(device: Driver, chosen: Sequence[int]) -> None:
    """A bit for each of 255 operators: exactly the chosen ones that the network has are sent."""
    greet(device)
    answers = results(device.send(tap(*chosen), Frames(1, 0, bytes(PATCH_FRAMES * BANDS))))
    seen = {answer.operator_index for answer in answers if isinstance(answer, Tap)}
    assert seen == {1, 31, 32, 40, 254} & set(chosen)


def test_frames_out_of_order_are_refused(device: Driver) -> None:
    """A gap, too many, and frames in the middle of a clip."""
    greet(device)
    device.send(tap())
    frames = [Frames(1, 0, bytes(3 * BANDS)), Frames(1, 4, bytes(BANDS))]
    refused = only_refused(device.send(*frames))
    assert (refused.code, refused.detail) == (Refusal.FRAME_ORDER, 3)
    refused = only_refused(
        device.send(Frames(1, 0, bytes(5 * BANDS)), Frames(1, 5, bytes(4 * BANDS)))
    )
    assert refused.code == Refusal.FRAME_ORDER
    device.send(ClipBegin(6))
    refused = only_refused(device.send(Frames(1, 0, bytes(BANDS))))
    assert (refused.code, refused.clip_id) == (Refusal.FRAME_ORDER, 6)
