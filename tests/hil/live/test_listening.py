# SPDX-License-Identifier: Apache-2.0
"""Sound against time, and a link that fails: with a device that keeps the rules of the link."""

from __future__ import annotations

import numpy as np
import pytest

from hil.link.errors import LinkError, RecoveryError
from hil.suite.faulty_port import FaultyPort
from tests.hil.fake_device import FakeDevice
from tests.hil.live.listening_parts import PIECE, RATE_HZ, Desk, Pieces, join, noise

QUIET = [np.zeros(PIECE, np.int16)] * round(2.0 * RATE_HZ / PIECE)


def test_files_take_as_long_as_they_sound() -> None:
    desk = Desk()
    begun_s = desk.device.now_s
    listener = desk.listener(Pieces(noise(3.0)))
    assert listener.run()
    assert desk.device.now_s - begun_s == pytest.approx(3.0, abs=0.1)
    assert listener.time_s == 3.0
    assert listener.counts.late_pieces == 0


def test_fast_files_take_no_longer_than_the_device_needs() -> None:
    desk = Desk()
    begun_s = desk.device.now_s
    assert desk.listener(Pieces(noise(3.0)), fast=True).run()
    assert desk.device.now_s - begun_s < 0.5


def test_what_is_played_arrives_whole_and_its_answers_are_seen() -> None:
    desk = Desk()
    pieces = noise(4.0)
    sound = join(pieces)
    assert desk.listener(Pieces(pieces)).run()
    assert np.array_equal(join(desk.seen.sounds), sound)
    assert np.array_equal(np.frombuffer(b"".join(desk.device._samples), "<i2"), sound)
    times = [one.time_s for one in desk.seen.frames]
    assert times == sorted(times) and len(times) > 390
    assert len(desk.seen.patches) == 5
    assert desk.seen.loads
    assert {len(one.shares) for one in desk.seen.patches} == {10}


def test_a_board_that_does_not_keep_up_is_told() -> None:
    desk = Desk()
    exchange = desk.link.receive

    def slow(timeout_s: float, *, may_be_silent: bool = False) -> object:
        desk.device.now_s += 0.05
        return exchange(timeout_s, may_be_silent=may_be_silent)

    desk.link.receive = slow  # type: ignore[method-assign, assignment]
    listener = desk.listener(Pieces(noise(2.0)))
    assert listener.run()
    counts = listener.counts
    assert counts.late_pieces > 10
    assert counts.late_s == counts.worst_late_s > 0.5
    assert desk.seen.counted[-1] == (2.0, counts)


def test_sound_that_a_microphone_dropped_is_counted_and_time_goes_on() -> None:
    desk = Desk()
    source = Pieces(noise(2.0), is_live=True, lost=[0, 8000, 0, 100])
    listener = desk.listener(source)
    assert listener.run()
    assert listener.counts.dropped_samples == 8100
    assert listener.time_s == 2.0 + 8100 / RATE_HZ


def test_silence_between_sounds_ends_a_clip_and_begins_the_next() -> None:
    desk = Desk()
    assert desk.listener(Pieces([*noise(1.0), *QUIET, *noise(1.0, 2)])).run()
    assert desk.device._clip is None
    assert sum(len(piece) // 2 for piece in desk.device._samples) < 2.0 * RATE_HZ


def test_a_signal_ends_it_between_two_turns() -> None:
    desk = Desk()
    pieces = noise(5.0)
    source = Pieces(pieces)
    listener = desk.listener(source)
    read = source.read

    def read_and_interrupt(timeout_s: float) -> object:
        if len(pieces) == 100:
            desk.interruption.request()
        return read(timeout_s)

    source.read = read_and_interrupt  # type: ignore[method-assign, assignment]
    assert not listener.run()
    assert len(pieces) == 99
    with pytest.raises(KeyboardInterrupt):
        desk.interruption.request()


def test_damage_on_its_way_is_resent_and_counted() -> None:
    device = FakeDevice()
    desk = Desk(device, FaultyPort(device, flip_sent=range(30_000, 30_004)))
    listener = desk.listener(Pieces(noise(3.0)))
    assert listener.run()
    assert (listener.counts.resent, listener.counts.recoveries) == (1, 0)


def test_damage_to_an_answer_is_cured_by_a_handshake_and_the_sound_goes_on() -> None:
    device = FakeDevice()
    desk = Desk(device, FaultyPort(device, flip_received=range(3000, 3004)))
    # This device answers a clip in its end: the first one's answers are damaged.
    listener = desk.listener(Pieces([*noise(1.5), *QUIET, *noise(2.0, 2)]))
    assert listener.run()
    assert listener.counts.recoveries == 1
    assert any("damaged" in note or "missing" in note for note in desk.seen.notes)
    assert all(one.time_s > 3.5 for one in desk.seen.patches)
    assert desk.seen.patches[-1].time_s > 4.0


def test_a_board_that_restarts_is_taken_up_again_and_named() -> None:
    desk = Desk(FakeDevice(restart_at_frame=100))
    listener = desk.listener(Pieces(noise(6.0)))
    assert listener.run()
    assert listener.counts.recoveries == 1
    assert any("restarted" in note for note in desk.seen.notes)
    assert desk.seen.patches[-1].time_s > 4.5


def test_a_board_that_is_gone_is_told_in_the_harness_s_words() -> None:
    desk = Desk()
    listener = desk.listener(Pieces(noise(60.0)))
    desk.board.can_reset = False
    desk.device.deaf_to_hellos = 10**6
    desk.device.restart_at_frame = 300
    with pytest.raises(RecoveryError) as error:
        listener.run()
    assert isinstance(error.value, LinkError)
    assert "restarted in mid-clip" in str(error.value)
    assert "nothing that was tried helped" in str(error.value)
