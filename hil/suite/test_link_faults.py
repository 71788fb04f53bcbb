# SPDX-License-Identifier: Apache-2.0
"""A bad cable costs a repetition or a clear failure, never a wrong result."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from generator.wire import (
    ClipFlag,
    Refusal,
)
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    Refused,
)
from hil.link.client import Link
from hil.link.errors import LinkSilentError
from hil.session import BoardSession
from hil.suite.faulty_port import FaultyPort

SAMPLES = 24_000
"""1.5 s: one patch."""

ATTEMPTS = 3
"""How often a message is sent at most that the line itself damages."""


def sound() -> npt.NDArray[np.int16]:
    """Noise that no gate takes for silence."""
    return np.random.default_rng(5).integers(-8000, 8000, SAMPLES).astype(np.int16)


def spoilt_link(session: BoardSession, **faults: object) -> Link:
    """A conversation over a bad cable, its handshake still undisturbed."""
    port = FaultyPort(session.link.port, **faults)  # type: ignore[arg-type]
    return Link(port, clock_s=session.board.clock_s)


def refusal_of(session: BoardSession, send: Callable[[Link], None]) -> Refused:
    """What the device refuses that with; resent where the line itself damaged it."""
    for _ in range(ATTEMPTS):
        send(session.link)
        refused = session.link.await_message(Refused)
        if refused.code != Refusal.LINE:
            break
        session.link.handshake()
    return refused


@pytest.mark.parametrize(
    ("faults", "retries", "resumptions"),
    [
        ({"flip_sent": [9_000]}, 0, 1),
        ({"drop_sent": [9_000]}, 0, 1),
        ({"drop_sent": range(9_000, 11_100)}, 0, 1),
        ({"flip_received": [1_500]}, 1, 0),
        ({"drop_received": range(1_500, 1_700)}, 1, 0),
    ],
    ids=["bit-sent", "byte-sent", "frames-sent", "bit-received", "bytes-received"],
)
def test_spoilt_clip_goes_on_or_is_played_again_and_counted(
    m2m_dut: BoardSession, faults: dict[str, object], retries: int, resumptions: int
) -> None:
    """It gives what an undisturbed clip gives, and what was resent is reported.

    The line itself may disturb a clip as well: counts may be higher.
    """
    whole = m2m_dut.play_clip(1, sound(), ClipFlag.FEATURES)
    link = spoilt_link(m2m_dut, **faults)
    link.handshake()
    run = link.play_clip(2, sound(), ClipFlag.FEATURES)
    assert (len(run.retries) >= retries, len(run.resumptions) >= resumptions) == (True, True)
    disturbed = whole.retries or whole.resumptions or "faults" in m2m_dut.board.properties()
    if not disturbed:
        assert (len(run.retries), len(run.resumptions)) == (retries, resumptions)
    assert run.patches
    assert [p.scores for p in run.patches] == [p.scores for p in whole.patches]
    assert np.array_equal(run.features, whole.features)


def test_cut_cable_is_a_clear_failure(m2m_dut: BoardSession) -> None:
    """Silence ends in an error that says so, within the deadline."""
    link = spoilt_link(m2m_dut, cut_after=20_000)
    link.handshake()
    begin_s = m2m_dut.board.clock_s()
    with pytest.raises(LinkSilentError, match="fell silent"):
        link.play_clip(3, sound())
    assert m2m_dut.board.clock_s() - begin_s < 10.0


def test_gap_in_sequence_numbers_is_refused(m2m_dut: BoardSession) -> None:
    """A frame left out drops the clip."""

    def send(link: Link) -> None:
        link.send_message(ClipBegin(clip_id=4))
        link.send_message(ClipAudio(samples=bytes(512)), sequence_skip=1)

    refused = refusal_of(m2m_dut, send)
    assert refused.code == Refusal.SEQUENCE
    assert refused.clip_id == 4


def test_wrong_sample_count_is_refused(m2m_dut: BoardSession) -> None:
    """A clip that came short gives no result."""

    def send(link: Link) -> None:
        link.send_message(ClipBegin(clip_id=5))
        link.send_message(ClipAudio(samples=bytes(512)))
        link.send_message(ClipEnd(sample_count=257))

    refused = refusal_of(m2m_dut, send)
    assert refused.code == Refusal.SAMPLE_COUNT
    assert refused.detail == 256


def test_audio_outside_a_clip_is_refused(m2m_dut: BoardSession) -> None:
    """Samples without CLIP_BEGIN belong nowhere."""
    refused = refusal_of(m2m_dut, lambda link: link.send_message(ClipAudio(samples=bytes(512))))
    assert refused.code == Refusal.NO_CLIP


def test_damaged_frame_is_refused(m2m_dut: BoardSession) -> None:
    """Bytes that are no frame are named so, and the device goes on."""
    refused = refusal_of(m2m_dut, lambda link: link.send_raw(b"\x05\x01\x02\x03\x04\x00"))
    assert refused.code == Refusal.DAMAGED
    m2m_dut.link.handshake()
    assert m2m_dut.play_clip(6, sound()).result.samples == SAMPLES
