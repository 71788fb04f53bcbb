# SPDX-License-Identifier: Apache-2.0
"""A device in Python that speaks the link, behind the face of a pyserial port.

It keeps the rules of ADR 0004 strictly, and computes trivial but position-sensitive features and
scores, so that a frame lost, doubled or out of place cannot go unnoticed. Time is its own: a read
that finds nothing lets its timeout pass at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from generator.project.manifest import FrontendInfo
from generator.wire import (
    BOOT_NONCE,
    DELIMITER,
    DETECTED_BYTES,
    NO_CLIP_ID,
    PROTOCOL_VERSION,
    TAP_MASK_BYTES,
    ClipFlag,
    FrameError,
    HelloFlag,
    Phase,
    Refusal,
    RunEnd,
    ScoreHead,
    decode_frame,
    encode_frame,
    mask_of,
    numbers_in,
)
from generator.wire.messages import (
    Check,
    CheckRequest,
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Credit,
    FaultReport,
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
from tests.support.frontends import frontend_info

BANDS = 64
PATCH_FRAMES = 96
PATCH_STEP = 72
CLASSES = 10
HOP = 160

WEIGHTS_CRC = 0x1234_5678
RULE = Rule(ScoreHead.SOFTMAX, -2, (-128,) * CLASSES)
"""The highest sum decides."""

Int8 = npt.NDArray[np.int8]


def features_of(samples: npt.NDArray[np.int16]) -> Int8:
    """One frame a hop: the high bytes of its first samples."""
    hops = len(samples) // HOP
    return (samples[: hops * HOP].reshape(hops, HOP)[:, :BANDS] >> 8).astype(np.int8)


def scores_of(patch: Int8) -> tuple[int, ...]:
    """Depends on every cell and on its place."""
    weights = np.arange(1, patch.size + 1).reshape(patch.shape)
    total = int((patch.astype(np.int64) * weights).sum())
    return tuple((total // 7**index) % 255 - 128 for index in range(CLASSES))


def patches_of(frames: Int8) -> list[tuple[int, tuple[int, ...]]]:
    """First frame and scores of each whole patch."""
    starts = range(0, len(frames) - PATCH_FRAMES + 1, PATCH_STEP)
    return [(at, scores_of(frames[at : at + PATCH_FRAMES])) for at in starts]


@dataclass
class FakeDevice:
    """A port with a device at its end."""

    window_bytes: int = 4096
    pace: tuple[int, ...] = (1,)
    """Frames handled before each byte the host waits for, over and over: how busy the device is."""

    protocol: int = PROTOCOL_VERSION
    deaf_to_hellos: int = 0
    fault_at_frame: int | None = None
    restart_at_frame: int | None = None
    reset_flags: int = 0
    flags_of_restart: int = 1 << 26
    resets: int = 0
    run_end: RunEnd = RunEnd.NONE
    end_of_restart: RunEnd = RunEnd.RESET
    taps: bool = False
    model_sha256: bytes = bytes(32)
    firmware_sha256: bytes = bytes(range(32))
    frontend: FrontendInfo = field(default_factory=frontend_info)
    rule: Rule = RULE
    check_cycles: int = 16_390
    weights_damage: int = 0
    """What the CRC-32 that it finds over its weights differs by."""
    network_cycles: int = 1000
    clips_spoiled: int = 0
    """Clips to come in which a debugger stops the cycle counter."""

    clock_error: float = 0.0

    timeout: float | None = None
    now_s: float = 0.0
    overruns: int = 0
    hellos: int = 0
    resumptions: int = 0
    deaf_to_resumes: int = 0

    _incoming: bytearray = field(default_factory=bytearray)
    _outgoing: deque[int] = field(default_factory=deque)
    _steps: int = 0
    _handled: int = 0
    _expected: int = 0
    _sequence: int = 0
    _received: int = 0
    _consumed: int = 0
    _limit: int = 0
    _clip: int | None = None
    _flags: int = 0
    _dropped: bool = False
    _held: int | None = None
    _samples: list[bytes] = field(default_factory=list)
    _frames: list[bytes] = field(default_factory=list)
    _mask: bytes = bytes(TAP_MASK_BYTES)

    @property
    def in_waiting(self) -> int:
        return len(self._outgoing)

    def write(self, data: bytes, /) -> int:
        self._incoming += data
        self._received += len(data)
        return len(data)

    def read(self, size: int = 1, /) -> bytes:
        while len(self._outgoing) < size and self._work():
            pass
        if len(self._outgoing) < size:
            self.now_s += self.timeout or 0.0
        return bytes(self._outgoing.popleft() for _ in range(min(size, len(self._outgoing))))

    def clock_s(self) -> float:
        return self.now_s

    def _work(self) -> bool:
        count = self.pace[self._steps % len(self.pace)]
        self._steps += 1
        worked = False
        for _ in range(count):
            end = self._incoming.find(DELIMITER)
            if end < 0:
                break
            encoded = bytes(self._incoming[:end])
            del self._incoming[: end + 1]
            self._consumed += end + 1
            worked = True
            if encoded:
                for message in self._handle(encoded):
                    self._send(message)
        return worked

    def _send(self, message: Message) -> None:
        self._outgoing.extend(encode_frame(message, self._sequence))
        self._sequence = (self._sequence + 1) & 0xFF

    def _refuse(self, code: Refusal, sequence: int, detail: int = 0) -> Refused:
        clip = NO_CLIP_ID if self._clip is None else self._clip
        self._dropped = self._dropped or self._clip is not None
        if code in (Refusal.DAMAGED, Refusal.SEQUENCE) and self._clip is not None:
            self._held = self._clip
        self._clip = None
        return Refused(code, self._expected, sequence, detail, clip)

    def _resume(self, request: ResumeRequest, sequence: int) -> Iterator[Message]:
        """Go on with a clip that is held."""
        self._consumed, self._limit = 0, self.window_bytes
        self._expected = (sequence + 1) & 0xFF
        if request.clip_id not in (self._held, self._clip):
            yield Resumed(NO_CLIP_ID, 0, self.window_bytes)
            return
        self._clip, self._held, self._dropped = request.clip_id, None, False
        self.resumptions += 1
        samples = sum(len(piece) for piece in self._samples) // 2
        yield Resumed(request.clip_id, samples, self.window_bytes)

    def restart(self) -> None:
        """As a reset in the middle of whatever goes on."""
        self._incoming.clear()
        self._outgoing.extend(DELIMITER * 2)
        self._sequence = self._consumed = self._expected = 0
        self._clip, self._dropped, self._limit = None, False, self.window_bytes
        self.reset_flags = self.flags_of_restart
        self.resets += 1
        self.run_end = self.end_of_restart
        self._send(self._hello(BOOT_NONCE))

    def _handle(self, encoded: bytes) -> Iterator[Message]:
        self._handled += 1
        if self.restart_at_frame is not None and self._handled > self.restart_at_frame:
            self.restart_at_frame = None
            self.restart()
            return
        if self.fault_at_frame is not None and self._handled > self.fault_at_frame:
            self._outgoing.extend(DELIMITER * 2)
            yield FaultReport(3, 1 << 9 | 1 << 15, 1 << 30, 0, 0x4002_0C00, 0x0800_0103, 0, 0, 0)
            return
        try:
            frame = decode_frame(encoded)
        except FrameError:
            if not self._dropped:
                yield self._refuse(Refusal.DAMAGED, 0, len(encoded))
            return
        if isinstance(frame.message, HelloRequest):
            yield from self._greet(frame.message, frame.sequence, len(encoded) + 1)
            return
        if isinstance(frame.message, ResumeRequest):
            if self.deaf_to_resumes > 0:
                self.deaf_to_resumes -= 1
                return
            yield from self._resume(frame.message, frame.sequence)
            return
        if self._consumed + len(self._incoming) > self._limit:
            self.overruns += 1
        expected, self._expected = self._expected, (frame.sequence + 1) & 0xFF
        if frame.sequence != expected:
            self._expected, after = expected, self._expected
            refused = self._refuse(Refusal.SEQUENCE, frame.sequence)
            self._expected = after
            yield refused
            self._dropped = True
        else:
            yield from self._answer(frame.message, frame.sequence)
        if self._limit - self._consumed <= self.window_bytes // 2:
            self._limit = self._consumed + self.window_bytes
            yield Credit(self._limit)

    def _greet(self, request: HelloRequest, sequence: int, length: int) -> Iterator[Message]:
        if self.deaf_to_hellos > 0:
            self.deaf_to_hellos -= 1
            return
        self.hellos += 1
        self._sequence, self._consumed, self._limit = 0, 0, self.window_bytes
        self._expected = (sequence + 1) & 0xFF
        self._clip, self._held, self._dropped = None, None, False
        yield self._hello(request.nonce)

    def _hello(self, nonce: int) -> Hello:
        return Hello(
            protocol=self.protocol,
            flags=(HelloFlag.TAPS if self.taps else 0)
            | (HelloFlag.WEIGHTS_DAMAGED if self.weights_damage else 0),
            nonce=nonce,
            core_clock_hz=160_000_000,
            window_bytes=self.window_bytes,
            reset_flags=self.reset_flags,
            wait_given_up=0,
            counter_losses=0,
            check_clocks=16_384,
            check_cycles=self.check_cycles,
            sample_rate_hz=self.frontend.sample_rate_hz,
            frames=PATCH_FRAMES,
            bands=BANDS,
            classes=CLASSES,
            operators=2,
            board="fake",
            engine="builtin",
            firmware_sha256=self.firmware_sha256,
            model_sha256=self.model_sha256,
            frontend=self.frontend.hash_bytes,
            resets=self.resets,
            run_end=self.run_end,
            end_phase=Phase.NETWORK if self.run_end else Phase.UNKNOWN,
            end_exception=3,
            end_status=1 << 9 | 1 << 15,
            end_hfsr=1 << 30,
            end_address=0x4002_0C00,
            end_pc=0x0800_0103,
            end_lr=0,
            labels="\n".join(f"label{index}" for index in range(CLASSES)),
        )

    def _answer(self, message: Message, sequence: int) -> Iterator[Message]:
        match message:
            case ClipBegin() | ClipEnd() if self.weights_damage:
                found = WEIGHTS_CRC ^ self.weights_damage
                yield self._refuse(Refusal.WEIGHTS, sequence, found)
                self._dropped = True
            case ClipBegin(clip_id, flags):
                self._clip, self._flags, self._dropped = clip_id, flags, False
                self._held = None
                self._samples = []
            case ClipAudio(samples) if self._clip is not None:
                self._samples.append(samples)
            case ClipEnd(sample_count) if self._clip is not None:
                yield from self._end_clip(sample_count, sequence)
            case ClipAudio() | ClipEnd():
                if not self._dropped:
                    yield self._refuse(Refusal.NO_CLIP, sequence)
            case MemoryRequest():
                clocks = round(160e6 * (1 + self.clock_error) * self.now_s)
                yield Memory(8192, 1234, 8192, 4000, 2048, 100, 34000, 60000, 0, 0, 0, 0, clocks)
            case RuleRequest():
                yield self.rule
            case CheckRequest():
                yield Check(WEIGHTS_CRC, WEIGHTS_CRC ^ self.weights_damage, 1000, 0)
            case TapSelect(mask):
                self._mask = mask
            case Frames(patch_id, first_frame, cells):
                self._frames = self._frames if first_frame else []
                self._frames.append(cells)
                patch = np.frombuffer(b"".join(self._frames), np.int8).reshape(-1, BANDS)
                if len(patch) == PATCH_FRAMES:
                    yield from self._answer_patch(patch_id, patch)

    def _answer_patch(self, patch_id: int, patch: Int8) -> Iterator[Message]:
        if 0 in numbers_in(self._mask):
            for row in range(PATCH_FRAMES):
                data = patch[row].tobytes()
                yield Tap(0, 0, row, 0, data[:40])
                yield Tap(0, 0, row, 40, data[40:])
        cycles = self.network_cycles
        yield PatchResult(patch_id, 0, 0, 0, 0, cycles, 10, scores_of(patch))

    def _end_clip(self, sample_count: int, sequence: int) -> Iterator[Message]:
        samples = np.frombuffer(b"".join(self._samples), "<i2")
        clip_id = self._clip or 0
        if len(samples) != sample_count:
            yield self._refuse(Refusal.SAMPLE_COUNT, sequence, len(samples))
            return
        frames = features_of(samples)
        patches = patches_of(frames)
        if self._flags & ClipFlag.FEATURES:
            for at in range(0, len(frames), 16):
                yield Features(clip_id, at, frames[at : at + 16].tobytes())
        for index, (first, scores) in enumerate(patches):
            yield PatchResult(clip_id, index, first, 0, 500, self.network_cycles, 10, scores)
        sums = [sum(scores[i] for _, scores in patches) for i in range(CLASSES)]
        decision = max(range(CLASSES), key=lambda i: (sums[i], -i)) if patches else -1
        spoiled = self.clips_spoiled > 0
        self.clips_spoiled -= spoiled
        yield ClipResult(
            clip_id=clip_id,
            samples=len(samples),
            gated_samples=0,
            frames=len(frames),
            patches=len(patches),
            decision=decision,
            counter_losses=int(spoiled),
            frontend_cycles=500 * len(patches),
            network_cycles=1000 * len(patches),
            busy_cycles=0,
            detected=mask_of([decision] if patches else [], DETECTED_BYTES),
            score_sums=tuple(sums),
        )
        self._clip = None
