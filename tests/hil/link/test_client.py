# SPDX-License-Identifier: Apache-2.0
"""The link client against a device in Python that keeps the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.wire import (
    ENCODED_LIMIT_BYTES,
    ClipFlag,
    RunEnd,
)
from generator.wire.messages import (
    ClipEnd,
    ClipResult,
    Hello,
    HelloRequest,
    Memory,
)
from hil.link.client import Link
from hil.link.deadlines import ATTEMPTS, SILENCE_S, resume_interval_of, silence_of
from hil.link.errors import (
    BoardRestartedError,
    DeviceFaultError,
    HandshakeError,
    LinkError,
    LinkLostError,
    LinkSilentError,
    RefusedError,
    WrongDeviceError,
)
from hil.link.played import ClipRun
from hil.suite.faulty_port import FaultyPort
from tests.hil.fake_device import FakeDevice, features_of, patches_of, scores_of


def sound(count: int, seed: int = 1) -> npt.NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-32768, 32768, count).astype(np.int16)


def connect(device: FakeDevice, port: Any = None) -> Link:
    link = Link(port or device, clock_s=device.clock_s)
    link.handshake()
    return link


def assert_right(run: ClipRun, samples: npt.NDArray[np.int16]) -> None:
    frames = features_of(samples)
    assert np.array_equal(run.features, frames)
    assert [(p.first_frame, p.scores) for p in run.patches] == patches_of(frames)
    assert run.result.samples == len(samples)


def test_handshake_reports_who_is_there() -> None:
    hello = Link(device := FakeDevice(), clock_s=device.clock_s).handshake()
    assert (hello.board, hello.engine, hello.frames) == ("fake", "builtin", 96)


def test_handshake_outlasts_a_device_that_is_still_booting() -> None:
    device = FakeDevice(deaf_to_hellos=3)
    link = Link(device, clock_s=device.clock_s)
    link.handshake()
    assert device.hellos == 1
    assert device.now_s > 0.5


def test_no_device_ends_within_the_deadline_and_says_what_to_check() -> None:
    device = FakeDevice(deaf_to_hellos=10**6)
    with pytest.raises(HandshakeError, match="no HELLO within 5 s"):
        Link(device, clock_s=device.clock_s).handshake()
    assert device.now_s == pytest.approx(5.0, abs=0.3)


def test_another_protocol_is_refused_with_both_versions() -> None:
    device = FakeDevice(protocol=9)
    with pytest.raises(WrongDeviceError, match=r"protocol 9, the host \d"):
        Link(device, clock_s=device.clock_s).handshake()


def test_remains_of_an_earlier_conversation_are_passed_over() -> None:
    device = FakeDevice()
    device.write(b"\x07garbage")
    link = connect(device)
    assert link.play_clip(1, sound(1600)).retries == ()


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 20_000),
    window_bytes=st.integers(ENCODED_LIMIT_BYTES, 12_000),
    pace=st.lists(st.integers(1, 6), min_size=1, max_size=4),
)
def test_clip_arrives_whole_under_any_schedule_and_never_beyond_credit(
    count: int, window_bytes: int, pace: list[int]
) -> None:
    device = FakeDevice(window_bytes=window_bytes, pace=tuple(pace))
    samples = sound(count)
    run = connect(device).play_clip(7, samples, ClipFlag.FEATURES)
    assert_right(run, samples)
    assert run.retries == ()
    assert device.overruns == 0


@settings(max_examples=80, deadline=None)
@given(
    way=st.sampled_from(["flip_sent", "drop_sent", "flip_received", "drop_received"]),
    at=st.integers(0, 40_000),
    length=st.integers(1, 1500),
)
def test_one_spoilt_stretch_never_gives_a_wrong_result(way: str, at: int, length: int) -> None:
    device = FakeDevice()
    port = FaultyPort(device, **{way: range(at, at + length)})  # type: ignore[arg-type]
    samples = sound(18_000)
    try:
        run = connect(device, port).play_clip(3, samples, ClipFlag.FEATURES)
    except LinkError:
        return  # a stretch that reaches over several attempts may end in a clear failure
    assert_right(run, samples)
    assert len(run.retries) < ATTEMPTS


def test_damage_to_an_answer_is_repeated_once_and_the_reason_is_kept() -> None:
    device = FakeDevice()
    link = connect(device, FaultyPort(device, flip_received=[2_000]))
    run = link.play_clip(1, sound(18_000), ClipFlag.FEATURES)
    assert len(run.retries) == 1
    assert "damaged" in run.retries[0]
    assert_right(run, sound(18_000))


@pytest.mark.parametrize("deaf", [0, 2])
def test_a_clip_goes_on_behind_damage_on_its_way(deaf: int) -> None:
    """The request to go on is repeated where no answer comes."""
    device = FakeDevice(deaf_to_resumes=deaf)
    spoilt = [5_000, 17_000]
    link = connect(device, FaultyPort(device, flip_sent=spoilt[:1] if deaf else spoilt))
    run = link.play_clip(1, sound(18_000), ClipFlag.FEATURES)
    assert len(run.resumptions) == device.resumptions == (1 if deaf else 2)
    assert "DAMAGED" in run.resumptions[0]
    assert (run.retries, device.hellos) == ((), 1)
    assert_right(run, sound(18_000))


@pytest.mark.parametrize(("at", "deaf"), [(5_000, ATTEMPTS), (25, 0)], ids=["deaf", "begin"])
def test_a_clip_that_cannot_go_on_is_played_again(at: int, deaf: int) -> None:
    """The device does not answer, or has never learnt of the clip."""
    device = FakeDevice(deaf_to_resumes=deaf)
    run = connect(device, FaultyPort(device, flip_sent=[at])).play_clip(1, sound(18_000))
    assert (len(run.retries), run.resumptions, device.hellos) == (1, (), 2)
    assert run.result.samples == 18_000


def test_damage_every_time_is_a_failure_after_all_attempts() -> None:
    device = FakeDevice()
    link = connect(device, FaultyPort(device, flip_sent=range(500, 10**6, 500)))
    with pytest.raises(RefusedError, match="DAMAGED"):
        link.play_clip(1, sound(18_000))
    assert device.hellos == ATTEMPTS


def test_a_device_may_be_busy_for_a_step_of_its_patches() -> None:
    assert silence_of(0.72) == SILENCE_S
    assert silence_of(4.0) == 10.0
    assert resume_interval_of(SILENCE_S, 0.25) == 0.5
    assert resume_interval_of(10.0, 0.25) == 2.5
    assert resume_interval_of(SILENCE_S, 8192 / (2 * 4000)) == 1.024


def test_cut_cable_is_a_clear_failure_within_seconds() -> None:
    device = FakeDevice()
    link = connect(device, FaultyPort(device, cut_after=9_000))
    with pytest.raises(LinkSilentError, match="fell silent"):
        link.play_clip(1, sound(18_000))
    assert device.now_s < 10


def test_port_that_fails_is_told_in_its_own_words() -> None:
    class Broken(FakeDevice):
        def read(self, size: int = 1, /) -> bytes:
            raise OSError("device disconnected")

    with pytest.raises(LinkLostError, match="device disconnected"):
        Link(Broken()).handshake()


@pytest.mark.parametrize("piece", [b"", b"\x05\x81"], ids=["between-frames", "in-a-frame"])
def test_restart_in_mid_clip_is_named_with_its_cause_and_not_played_on(piece: bytes) -> None:
    class Restarting(FakeDevice):
        def restart(self) -> None:
            self._outgoing.extend(piece)
            super().restart()

    device = Restarting(restart_at_frame=9, reset_flags=1 << 26)
    told: list[str] = []
    describe = {1 << 26: "pin"}.get
    link = Link(
        device,
        clock_s=device.clock_s,
        describe_reset=lambda flags: describe(flags, "?"),
        on_retry=told.append,
    )
    link.handshake()
    with pytest.raises(BoardRestartedError, match=r"in mid-clip \(reset cause: pin\)"):
        link.play_clip(1, sound(18_000))
    assert told == []
    link.handshake()
    assert_right(link.play_clip(1, sound(18_000), ClipFlag.FEATURES), sound(18_000))


def test_restart_whose_announcement_was_lost_is_known_by_its_flags() -> None:
    class Mute(FakeDevice):
        def restart(self) -> None:
            super().restart()
            self._outgoing.clear()

    device = Mute(restart_at_frame=9)
    with pytest.raises(BoardRestartedError, match="reset cause: 0x4000000"):
        connect(device).play_clip(1, sound(18_000))


def test_every_repetition_is_reported_as_it_happens() -> None:
    device = FakeDevice()
    told: list[str] = []
    port = FaultyPort(device, flip_sent=range(500, 10**6, 500))
    link = Link(port, clock_s=device.clock_s, on_retry=told.append)
    link.handshake()
    with pytest.raises(RefusedError):
        link.play_clip(1, sound(18_000))
    assert len(told) == ATTEMPTS - 1


def test_core_fault_is_told_with_function_names() -> None:
    device = FakeDevice(fault_at_frame=4)
    link = Link(device, clock_s=device.clock_s, describe_address=lambda at: f"main+{at & 0xFF}")
    link.handshake()
    with pytest.raises(DeviceFaultError) as fault:
        link.play_clip(1, sound(18_000))
    text = str(fault.value)
    assert "HardFault" in text
    assert "PRECISERR" in text
    assert "0x40020c00" in text
    assert "main+3" in text


def test_core_fault_whose_report_was_lost_is_told_by_the_next_hello() -> None:
    device = FakeDevice(restart_at_frame=9, end_of_restart=RunEnd.CORE_FAULT)
    link = Link(device, clock_s=device.clock_s, describe_address=lambda at: f"main+{at & 0xFF}")
    link.handshake()
    with pytest.raises(DeviceFaultError) as fault:
        link.play_clip(1, sound(18_000))
    text = str(fault.value)
    assert "HardFault: PRECISERR" in text
    assert "0x40020c00" in text
    assert "main+3" in text


def test_restart_by_the_watchdog_is_told_with_its_phase() -> None:
    device = FakeDevice(restart_at_frame=9, end_of_restart=RunEnd.WATCHDOG)
    with pytest.raises(BoardRestartedError, match="the watchdog ended it; phase: the network"):
        connect(device).play_clip(1, sound(18_000))


def test_refusal_that_repeating_cannot_mend_is_not_repeated() -> None:
    device = FakeDevice()
    link = connect(device)
    hellos = device.hellos
    device._clip = None
    with pytest.raises(RefusedError, match="NO_CLIP"):
        link._converse([ClipEnd(sample_count=0)], ClipResult)
    assert device.hellos == hellos


def test_patch_of_frames_brings_scores_and_rows() -> None:
    device = FakeDevice(taps=True)
    frames = np.random.default_rng(3).integers(-128, 128, (96, 64), np.int8)
    run = connect(device).play_patch(5, frames, [0])
    assert run.result.scores == scores_of(frames)
    assert b"".join(run.rows[0][row] for row in range(96)) == frames.tobytes()


def test_memory_is_read() -> None:
    memory = connect(FakeDevice()).read_memory()
    assert isinstance(memory, Memory)
    assert memory.stack_high_water_bytes == 1234


def test_more_than_256_frames_wrap_the_sequence_number() -> None:
    device = FakeDevice()
    samples = sound(512 * 600)
    run = connect(device).play_clip(1, samples, ClipFlag.FEATURES)
    assert_right(run, samples)
    assert run.retries == ()


def test_message_can_be_awaited_behind_a_new_hello() -> None:
    device = FakeDevice()
    link = connect(device)
    link.send_message(HelloRequest(nonce=99))
    assert link.await_message(Hello, fresh=True).nonce == 99
