# SPDX-License-Identifier: Apache-2.0
"""Cycle counts of a counter that does not count, and clocks that are off."""

from __future__ import annotations

import numpy as np
import pytest

from hil.link.client import Link
from hil.link.clock_check import measure_clock
from hil.link.deadlines import ATTEMPTS
from hil.link.errors import CycleCounterError
from tests.hil.fake_device import PATCH_FRAMES, FakeDevice

SOUND = np.zeros(18_000, np.int16)


def connect(device: FakeDevice) -> Link:
    link = Link(device, clock_s=device.clock_s)
    link.handshake()
    return link


@pytest.mark.parametrize(("cycles", "told"), [(0, "is stopped"), (8_192, "counted 8192")])
def test_a_counter_that_does_not_count_is_refused_at_hello(cycles: int, told: str) -> None:
    device = FakeDevice(check_cycles=cycles)
    with pytest.raises(CycleCounterError, match=told) as refused:
        Link(device, clock_s=device.clock_s).handshake()
    assert "debugger" in refused.value.remedy
    assert not refused.value.is_repeatable


def test_a_clip_in_which_the_counter_was_stopped_is_played_again_and_told() -> None:
    run = connect(FakeDevice(clips_spoiled=1)).play_clip(1, SOUND)
    assert run.result.counter_losses == 0
    assert len(run.retries) == 1
    assert "the cycle counter was stopped in mid-clip" in run.retries[0]


def test_cycles_of_0_are_refused_after_all_attempts() -> None:
    device = FakeDevice(network_cycles=0, taps=True)
    link = connect(device)
    with pytest.raises(CycleCounterError, match="took 0 cycles"):
        link.play_clip(1, SOUND)
    assert device.hellos == ATTEMPTS
    with pytest.raises(CycleCounterError, match="took 0 cycles"):
        link.play_patch(1, np.zeros((PATCH_FRAMES, 64), np.int8))


@pytest.mark.parametrize(("error", "fits"), [(0.0, True), (-0.015, True), (0.03, False)])
def test_the_boards_clock_is_held_against_the_hosts(error: float, fits: bool) -> None:
    device = FakeDevice(clock_error=error)
    measured = measure_clock(connect(device), device.clock_s)
    assert measured.elapsed_s == pytest.approx(1.0)
    assert measured.error(160_000_000) == pytest.approx(error, abs=1e-4)
    assert measured.fits(160_000_000) is fits
