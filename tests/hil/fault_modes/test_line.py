# SPDX-License-Identifier: Apache-2.0
"""A line that faults strike: what arrives of what was sent, both ways."""

from __future__ import annotations

import pytest
import serial

from hil.fault_modes.line import BURST_BYTES, SILENT_S, STALE_BYTES, StruckLine
from hil.fault_modes.names import MODES, FaultMode
from hil.fault_modes.plan import Strike

SENT = bytes(range(200))
AT = 100
POSITION = AT / len(SENT)


class Port:
    """Takes what is written; a read that finds nothing lets its timeout pass."""

    def __init__(self) -> None:
        self.timeout: float | None = None
        self.now_s = 0.0
        self.written = bytearray()
        self.coming = bytearray()

    @property
    def in_waiting(self) -> int:
        return len(self.coming)

    def read(self, size: int = 1, /) -> bytes:
        data = bytes(self.coming[:size])
        del self.coming[:size]
        if not data:
            assert self.timeout is not None
            self.now_s += self.timeout
        return data

    def write(self, data: bytes, /) -> int:
        self.written += data
        return len(data)


def begin(*strikes: Strike) -> tuple[StruckLine, Port, list[Strike]]:
    port, struck = Port(), list[Strike]()
    line = StruckLine(lambda: port.now_s, struck.append)
    line.attach(port).begin(strikes, len(SENT))
    line.timeout = 1.0
    return line, port, struck


def arrived_of(mode: FaultMode, *, pieces: int = 1, choice: int = 0) -> bytes:
    """What the board gets of SENT, or what comes of it where the mode strikes that way."""
    strike = Strike(mode, POSITION, choice)
    line, port, struck = begin(strike)
    if "answer" not in mode.value:
        for at in range(0, len(SENT), len(SENT) // pieces):
            line.write(SENT[at : at + len(SENT) // pieces])
        assert struck == [strike]
        return bytes(port.written)
    port.coming += SENT[:AT]
    assert line.read(AT) == SENT[:AT]
    line.write(SENT)
    assert not struck
    port.coming += SENT[AT:]
    came = SENT[:AT] + line.read(AT)
    assert struck == [strike]
    assert bytes(port.written) == SENT
    return came


@pytest.mark.parametrize("pieces", [1, 2, 40])
@pytest.mark.parametrize("way", ["link", "link-answer"])
def test_each_mode_spoils_what_it_says(way: str, pieces: int) -> None:
    def arrived(what: str, choice: int = 0) -> bytes:
        return arrived_of(MODES[f"{way}-{what}"], pieces=pieces, choice=choice)

    assert arrived("byte-dropped") == SENT[:AT] + SENT[AT + 1 :]
    assert arrived("byte-flipped", 11) == SENT[:AT] + bytes((AT ^ 8,)) + SENT[AT + 1 :]
    assert arrived("byte-doubled") == SENT[:AT] + bytes((AT,)) + SENT[AT:]
    assert arrived("byte-inserted", 0x55) == SENT[:AT] + b"\x55" + SENT[AT:]
    assert arrived("stale-bytes") == SENT[:AT] + SENT[AT - STALE_BYTES : AT] + SENT[AT:]
    noisy = arrived("noise-burst", 3)
    assert noisy[:AT] + noisy[AT + BURST_BYTES :] == SENT[:AT] + SENT[AT + BURST_BYTES :]
    assert all(a != b for a, b in zip(noisy[AT:], SENT[AT : AT + BURST_BYTES], strict=False))


def test_a_byte_that_is_lost_is_no_silence() -> None:
    line, port, _ = begin(Strike(FaultMode.ANSWER_BYTE_DROPPED, 0.0))
    line.write(b"x")
    port.coming += b"ab"
    assert line.read(1) == b"b"
    assert port.now_s == 0.0


def test_a_silent_line_passes_nothing_for_its_time_and_is_whole_again() -> None:
    line, port, struck = begin(Strike(FaultMode.LINE_SILENT, POSITION))
    line.write(SENT)
    port.coming += b"lost"
    assert (bytes(port.written), line.in_waiting) == (SENT[:AT], 0)
    port.coming += b"lost too"
    assert line.read(1) == b""
    assert port.now_s == 1.0
    line.timeout = SILENT_S
    port.coming += b"lost as well"
    assert line.read(1) == b""
    assert (port.now_s, len(struck)) == (1.0 + SILENT_S, 1)
    port.coming += b"heard"
    assert line.read(5) == b"heard"
    line.write(b"sent")
    assert port.written.endswith(b"sent")


def test_a_cut_cable_fails_until_the_port_is_opened_again() -> None:
    line, port, _ = begin(Strike(FaultMode.CABLE_CUT, POSITION))
    with pytest.raises(serial.SerialException, match="cut"):
        line.write(SENT)
    assert bytes(port.written) == SENT[:AT]
    with pytest.raises(serial.SerialException, match="cut"):
        line.read(1)
    line.attach(port).write(SENT)
    assert bytes(port.written) == SENT[:AT] + SENT


def test_strikes_on_one_byte_and_beyond_the_link_all_happen_in_order() -> None:
    strikes = [
        Strike(FaultMode.RESET_LINE, 0.0),
        Strike(FaultMode.BYTE_DROPPED, POSITION),
        Strike(FaultMode.BYTE_DOUBLED, POSITION),
        Strike(FaultMode.BROWN_OUT, POSITION),
    ]
    line, port, struck = begin(*strikes)
    line.write(SENT[: AT + 1])
    assert struck == strikes[:2]
    line.write(SENT[AT + 1 :])
    assert struck == strikes
    after = bytes((AT + 1,)) + SENT[AT + 1 :]
    assert bytes(port.written) == SENT[:AT] + after


def test_nothing_strikes_after_the_clip() -> None:
    line, port, struck = begin(Strike(FaultMode.BYTE_DROPPED, POSITION))
    line.begin((), 0)
    line.write(SENT)
    assert (struck, bytes(port.written)) == ([], SENT)
