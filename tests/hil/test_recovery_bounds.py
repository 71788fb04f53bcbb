# SPDX-License-Identifier: Apache-2.0
"""Recovery where faults are injected: several in one clip, of the core and of the probe too."""

from __future__ import annotations

import pytest
import serial

from generator.errors import ToolError
from generator.wire.messages import FaultReport, Message
from hil.boards.recovery import PROGRAM_ATTEMPTS, Recovery, Rung
from hil.link.errors import BoardRestartedError, DeviceFaultError
from tests.hil.fake_device import FakeDevice
from tests.hil.test_recovery import Board, assert_right, begin


def test_core_fault_is_recovered_from_where_faults_are_injected() -> None:
    class FaultsOnce(FakeDevice):
        def _send(self, message: Message) -> None:
            super()._send(message)
            if isinstance(message, FaultReport):
                self.fault_at_frame = None

    session, retries = begin(Board(FaultsOnce(fault_at_frame=12)))
    seen: list[Exception] = []
    session.recovery = Recovery(retries.append, on_trouble=seen.append, core_faults_too=True)
    assert_right(session)
    (retry,) = retries
    assert (retry.rung, [type(one) for one in seen]) == (Rung.RESYNCHRONISE, [DeviceFaultError])


class FailingProgrammer(Board):
    """Its probe fails so many times before it programs."""

    failures = 0

    def reflash(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ToolError("the probe was unplugged")
        super().reflash()


def test_a_probe_that_fails_is_tried_again_within_bounds_and_each_failure_is_told() -> None:
    board = FailingProgrammer(FakeDevice())
    session, retries = begin(board)
    board.failures = PROGRAM_ATTEMPTS - 1
    session.program_again("barking")
    assert board.steps == [Rung.REFLASH]
    assert [(retry.rung, retry.reason, retry.clip) for retry in retries] == [
        (Rung.REFLASH, "the probe was unplugged", "barking")
    ] * (PROGRAM_ATTEMPTS - 1)
    board.failures = PROGRAM_ATTEMPTS
    with pytest.raises(ToolError, match="unplugged"):
        session.program_again()
    assert board.failures == 0


class Troubled(FakeDevice):
    """Fails in mid-clip with one of `troubles` after the other."""

    troubles: list[Exception]
    written = 0

    def write(self, data: bytes, /) -> int:
        self.written += len(data)
        if self.troubles and self.written > 9_000:
            self.written = 0
            raise self.troubles.pop(0)
        return super().write(data)


LOST = serial.SerialException("gone")


@pytest.mark.parametrize(
    ("troubles", "rungs"),
    [
        ([LOST, LOST], [Rung.RESYNCHRONISE, Rung.RESET]),
        ([LOST, BoardRestartedError("pin")], [Rung.RESYNCHRONISE] * 2),
        (
            [LOST, BoardRestartedError("pin"), LOST, BoardRestartedError("power")],
            [Rung.RESYNCHRONISE] * 2 + [Rung.RESET] * 2,
        ),
    ],
)
def test_a_failure_of_another_kind_begins_at_the_weakest_step(
    troubles: list[Exception], rungs: list[Rung]
) -> None:
    device = Troubled()
    device.troubles = troubles[:]
    session, retries = begin(Board(device))
    assert_right(session)
    assert [retry.rung for retry in retries] == rungs
