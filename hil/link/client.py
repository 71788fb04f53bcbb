# SPDX-License-Identifier: Apache-2.0
"""The host's end of the link: handshake, credit, clips out, results in (ADR 0004).

The port is a pyserial port, real or virtual. Nothing here sleeps: waiting is `read` with a timeout,
which on a virtual port passes in the board's own time. Transfer and computation overlap, since the
host keeps the device's receive window full and takes results as they come.

A clip of which a frame was damaged or lost on its way to the device goes on from there: the device
holds it, and says which samples it wants (RESUME_REQUEST). Where that fails, and where answers were
damaged or lost, it is retried from its start after a new handshake. Each retry is kept
in the result with its reason; it is never hidden. A firmware that restarted says so by a HELLO
that nobody asked for; whether to go on then is not decided here.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import serial

from generator.wire import (
    BOOT_NONCE,
    DELIMITER,
    Frame,
    HelloFlag,
    ProtocolMismatchError,
    encode_frame,
)
from generator.wire.messages import (
    Check,
    CheckRequest,
    ClipResult,
    Credit,
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
)
from hil.link.cycle_check import check_counter, refuse_lost_cycles
from hil.link.deadlines import ATTEMPTS, BOOT_S, HELLO_INTERVAL_S, SILENCE_S, resume_interval_of
from hil.link.errors import (
    CycleCounterError,
    FrameLostError,
    HandshakeError,
    LinkError,
    LinkLostError,
    LinkSilentError,
    RefusedError,
    WeightsDamagedError,
    WrongDeviceError,
)
from hil.link.incoming import IncomingFrames, program_of, start_of
from hil.link.played import Clip, ClipRun, PatchRun, clip_run, patch_messages, patch_run
from hil.link.progress import READ_BACK_S, Progress, limit_of
from hil.link.serial_port import SerialPort
from hil.link.value_check import check_hello, check_rule, refuse_damaged_weights

Int8 = npt.NDArray[np.int8]
_M = TypeVar("_M", bound=Message)


class Link:
    """One conversation with one device over an open port."""

    def __init__(
        self,
        port: SerialPort,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        describe_address: Callable[[int], str] = hex,
        describe_reset: Callable[[int], str] = hex,
        on_retry: Callable[[str], None] = lambda reason: None,
        on_trouble: Callable[[LinkError], None] = lambda error: None,
        silence_s: float = SILENCE_S,
    ) -> None:
        self.port = port
        self.describe_address = describe_address
        self._clock_s = clock_s
        self._on_retry, self._on_trouble = on_retry, on_trouble
        self._silence_s = silence_s
        self._hello: Hello | None = None
        self._started_anew: Hello | None = None
        """The HELLO of a start that was seen in the last handshake."""
        self._incoming = IncomingFrames(describe_address, describe_reset)
        self._sequence = 0
        self._sent_bytes = 0
        self._limit_bytes = 0
        self._nonce = 0
        self._resumptions: list[str] = []

    def handshake(self, deadline_s: float = BOOT_S) -> Hello:
        """Say hello until the device answers; starts sequence numbers and credit afresh.

        Raises HandshakeError when the deadline passes or the device speaks another protocol,
        CycleCounterError when its cycle counter does not count.
        """
        end_s = self._clock_s() + deadline_s
        self._started_anew = None
        while (left_s := end_s - self._clock_s()) > 0:
            self._nonce = self._nonce % 0xFFFFFFFF + 1  # never BOOT_NONCE
            self._incoming.clear()
            self._sequence = 0
            request = HelloRequest(nonce=self._nonce)
            self._write(DELIMITER + encode_frame(request, self._sequence))
            hello = self._await_hello(min(left_s, HELLO_INTERVAL_S))
            if hello is not None:
                self._sequence = 1
                self._incoming.sequence = 1
                self._sent_bytes = 0
                self._limit_bytes = hello.window_bytes
                check_hello(hello)
                self._hello = hello
                check_counter(hello)
                return hello
        raise HandshakeError(
            f"no HELLO within {deadline_s:g} s",
            "is the board powered, does it carry our image, is this its serial port?",
        )

    def _await_hello(self, timeout_s: float) -> Hello | None:
        end_s = self._clock_s() + timeout_s
        while (left_s := end_s - self._clock_s()) > 0:
            data = self._read(left_s)
            if not data:
                return None
            for item in self._incoming.feed(data):
                if isinstance(item, ProtocolMismatchError):
                    raise WrongDeviceError(str(item), "build and flash this version's firmware")
                if not isinstance(item, Frame):
                    continue  # remains of an earlier conversation
                self._incoming.raise_fault(item)
                if not isinstance(item.message, Hello):
                    continue
                if item.message.nonce == self._nonce:
                    return item.message
                if item.message.nonce == BOOT_NONCE:
                    self._started_anew = item.message
        return None

    def play_clip(
        self,
        clip_id: int,
        samples: npt.NDArray[np.int16],
        flags: int = 0,
    ) -> ClipRun:
        """Play one clip, int16 [samples] mono at the rate that HELLO says, and collect its answers.

        `flags`: bits of ClipFlag.

        Raises a LinkError when that fails: damage and silence only after `ATTEMPTS` attempts.
        """
        clip = Clip(clip_id, flags, samples.astype("<i2").tobytes())
        self._resumptions.clear()
        messages, retries = self._converse(clip.begin(), ClipResult, clip)
        return clip_run(clip, messages, self.known, retries, tuple(self._resumptions))

    def play_patch(self, patch_id: int, frames: Int8, operators: Sequence[int] = ()) -> PatchRun:
        """Send mel frames [frames, bands] straight into the network and tap `operators`.

        Only for an image with taps.
        """
        outgoing = patch_messages(patch_id, frames, operators)
        messages, retries = self._converse(outgoing, PatchResult)
        return patch_run(patch_id, messages, self.known, retries)

    def read_memory(self) -> Memory:
        """Ask what memory was used since reset."""
        messages, _ = self._converse([MemoryRequest()], Memory)
        return next(m for m in messages if isinstance(m, Memory))

    def read_check(self) -> Check:
        """Have the firmware look at its own memories; raises WeightsDamagedError."""
        messages, _ = self._converse([CheckRequest()], Check)
        check = next(m for m in messages if isinstance(m, Check))
        refuse_damaged_weights(check)
        return check

    def pause(self, seconds: float) -> None:
        """Let the board's time pass while it owes nothing; whatever it says then is an error."""
        if self._read(seconds):
            raise FrameLostError("the device sent a frame that was not requested")

    def read_rule(self) -> Rule:
        """Ask how the device decides a clip."""
        messages, _ = self._converse([RuleRequest()], Rule)
        rule = next(m for m in messages if isinstance(m, Rule))
        check_rule(rule)
        return rule

    def send_raw(self, data: bytes) -> None:
        """Put bytes on the line as they are, damaged or not: for tests of the device's refusals."""
        self._write(data)
        self._sent_bytes += len(data)

    def send_message(self, message: Message, *, sequence_skip: int = 0) -> None:
        """Send one message as the next frame, or with frames left out before it."""
        self._sequence = (self._sequence + sequence_skip) & 0xFF
        self._send(encode_frame(message, self._sequence))

    def offer(self, message: Message) -> bool:
        """Send one message as the next frame; False where the device has no room for it yet."""
        frame = encode_frame(message, self._sequence)
        if has_room := len(frame) <= self._credit_bytes:
            self._send(frame)
        return has_room

    def await_message(self, kind: type[_M], *, fresh: bool = False) -> _M:
        """The next message of a kind, refusals included; raises LinkSilentError.

        `fresh`: the device begins its sequence numbers again, as after a HELLO_REQUEST.
        """
        if fresh:
            self._incoming.sequence = 0
        progress = Progress(self._clock_s, self._silence_s, limit_of(self._silence_s, 0.0))
        while True:
            for message in self.receive(self._silence_s):
                if isinstance(message, kind):
                    return message
                progress.note()
            progress.check()

    @property
    def known(self) -> Hello:
        """What the device said of itself."""
        if self._hello is None:
            raise HandshakeError("nothing can be asked before the handshake")
        return self._hello

    def _converse(
        self, outgoing: Sequence[Message], last: type[Message], clip: Clip | None = None
    ) -> tuple[list[Message], tuple[str, ...]]:
        """Send all messages as credit allows; all answers up to one of type `last`.

        `clip`: what they are, if the device can go on in the middle of them.
        """
        retries: list[str] = []
        while True:
            try:
                answers = self._converse_once(outgoing, last, clip)
                refuse_lost_cycles(answers)
                return answers, tuple(retries)
            except (CycleCounterError, FrameLostError, LinkSilentError, RefusedError) as error:
                if not error.is_repeatable or len(retries) + 1 >= ATTEMPTS:
                    raise
                self._on_trouble(error)
                self.repeat_handshake(error)
                retries.append(error.what)
                self._on_retry(error.what)

    def repeat_handshake(self, error: LinkError) -> None:
        """Shake hands with the same firmware, still running since the last handshake."""
        before = self._hello
        try:
            hello = self.handshake(self._silence_s)
        except HandshakeError as silent:
            raise error from silent
        if hello.flags & HelloFlag.WEIGHTS_DAMAGED:
            raise WeightsDamagedError("it at its start") from error
        if before is not None and program_of(before) != program_of(hello):
            what = "another firmware answers than before: the board was programmed, or exchanged"
            raise WrongDeviceError(what, "leave the board alone, and run again") from error
        restarted = self._started_anew
        if restarted is None and before is not None and start_of(before) != start_of(hello):
            restarted = hello
        if restarted is not None:
            raise self._incoming.restarted(restarted) from error

    def _converse_once(
        self, outgoing: Sequence[Message], last: type[Message], clip: Clip | None
    ) -> list[Message]:
        answers: list[Message] = []
        frames = self._encode(outgoing)
        stuck = Counter[int]()
        sound_s = clip.seconds(self.known.sample_rate_hz) if clip is not None else 0.0
        limit_s = limit_of(self._silence_s, sound_s) if clip is not None else READ_BACK_S
        progress = Progress(self._clock_s, self._silence_s, limit_s)
        while True:
            while frames and len(frames[0]) <= self._credit_bytes:
                self._send(frames.popleft())
                progress.note()
            interrupted: RefusedError | None = None
            for message in self.receive(self._silence_s):
                if isinstance(message, Refused):
                    refused = RefusedError.from_message(message)
                    if clip is None or not refused.is_repeatable:
                        raise refused
                    interrupted = interrupted or refused
                else:
                    answers.append(message)
                progress.note()
                if isinstance(message, last):
                    return answers
            progress.check()
            if clip is not None and interrupted is not None:
                sample = self.resume(clip.clip_id, interrupted, answers)
                stuck[sample] += 1
                if stuck[sample] > ATTEMPTS or sample > clip.sample_count:
                    raise interrupted
                self._resumptions.append(interrupted.what)
                self._on_trouble(interrupted)
                frames = self._encode(clip.rest_from(sample))

    def _encode(self, messages: Sequence[Message]) -> deque[bytes]:
        """Frames of one conversation are numbered in order, so they can be encoded beforehand."""
        return deque(
            encode_frame(message, self._sequence + index) for index, message in enumerate(messages)
        )

    def resume(self, clip_id: int, refused: RefusedError, answers: list[Message]) -> int:
        """Let the device go on with a clip; the first sample that it wants.

        Answers that are still on their way are added to `answers`. Raises `refused` where the
        device does not hold the clip, or does not answer.
        """
        for _ in range(ATTEMPTS):
            request = ResumeRequest(clip_id=clip_id)
            self._write(DELIMITER + encode_frame(request, self._sequence))
            self._sequence = (self._sequence + 1) & 0xFF
            end_s = self._clock_s() + self._resume_interval_s
            while (left_s := end_s - self._clock_s()) > 0:
                resumed: Resumed | None = None
                for message in self.receive(left_s, may_be_silent=True):
                    if isinstance(message, Resumed):
                        resumed = message
                    elif not isinstance(message, Refused):
                        answers.append(message)
                    elif not RefusedError.from_message(message).is_repeatable:
                        raise RefusedError.from_message(message)
                if resumed is not None:
                    window_bytes = self.known.window_bytes
                    if (resumed.clip_id, resumed.window_bytes) != (clip_id, window_bytes):
                        raise refused
                    self._sent_bytes, self._limit_bytes = 0, resumed.window_bytes
                    return resumed.samples
        raise refused

    @property
    def _resume_interval_s(self) -> float:
        """As long as the device may be busy with a window of sound, or with a patch's end."""
        hello = self._hello
        window_s = hello.window_bytes / (2 * hello.sample_rate_hz) if hello is not None else 0.0
        return resume_interval_of(self._silence_s, window_s)

    @property
    def _credit_bytes(self) -> int:
        credit_bytes = (self._limit_bytes - self._sent_bytes) & 0xFFFFFFFF
        return credit_bytes if credit_bytes < 1 << 31 else 0

    def _send(self, frame: bytes) -> None:
        self._write(frame)
        self._sequence = (self._sequence + 1) & 0xFF
        self._sent_bytes = (self._sent_bytes + len(frame)) & 0xFFFFFFFF

    def receive(self, timeout_s: float, *, may_be_silent: bool = False) -> Iterator[Message]:
        """The messages of the next bytes that come, credits taken out and applied."""
        data = self._read(timeout_s)
        if not data and not may_be_silent:
            raise LinkSilentError(
                f"the device fell silent: no byte for {self._silence_s:g} s",
                "is the cable in place, does the device still run?",
            )
        for message in self._incoming.messages(data):
            if isinstance(message, Credit):
                self._limit_bytes = message.limit_bytes
            else:
                yield message

    def _read(self, timeout_s: float) -> bytes:
        """At least one byte if one comes within the timeout, and all that wait after it."""
        try:
            self.port.timeout = timeout_s
            data = self.port.read(max(1, self.port.in_waiting))
            if data and (more := self.port.in_waiting):
                data += self.port.read(more)
        except (serial.SerialException, OSError) as error:
            raise LinkLostError(f"the port failed: {error}") from error
        return data

    def _write(self, data: bytes) -> None:
        try:
            self.port.write(data)
        except (serial.SerialException, OSError) as error:
            raise LinkLostError(f"the port failed: {error}") from error
