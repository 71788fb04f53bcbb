# SPDX-License-Identifier: Apache-2.0
"""What a board says of its start, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.wire import HelloFlag, Phase, RunEnd, Wait
from generator.wire.messages import Hello
from hil.boards.condition import conditions, warnings
from hil.link.client import Link
from tests.hil.fake_device import FakeDevice

WATCHDOG, POWER = 1 << 29, 1 << 27


@pytest.fixture
def hello() -> Hello:
    device = FakeDevice(reset_flags=POWER)
    return Link(device, clock_s=device.clock_s).handshake()


def test_a_plain_start_is_nothing_to_warn_of(hello: Hello) -> None:
    assert conditions("u5", hello) == {"last reset": "power"}
    assert warnings("u5", hello) == []
    locked = replace(hello, flags=HelloFlag.LSE_LOCKED)
    assert "locked" in conditions("u5", locked)["clock source"]
    assert warnings("u5", locked) == []


def test_a_reset_from_outside_is_nothing_to_warn_of(hello: Hello) -> None:
    assert warnings("u5", replace(hello, run_end=RunEnd.RESET, resets=3)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"flags": HelloFlag.SOURCE_MISSING}, "the board's oscillator (HSE) is missing"),
        ({"flags": HelloFlag.LSE_MISSING}, "free running"),
        ({"wait_given_up": Wait.PLL}, "timed out waiting for the PLL's lock"),
        ({"wait_given_up": 99}, "timed out waiting for wait 99"),
        ({"counter_losses": 1}, "stopped 1 time by a debugger"),
        ({"counter_losses": 2}, "stopped 2 times by a debugger"),
        (
            {"run_end": RunEnd.WATCHDOG, "end_phase": Phase.SEND},
            "run before: the watchdog ended it; phase: waited for room in the transmit ring",
        ),
        ({"run_end": RunEnd.WATCHDOG, "end_phase": 99}, "phase: phase 99"),
        ({"run_end": RunEnd.CORE_FAULT, "end_exception": 6}, "the firmware took a UsageFault"),
        ({"run_end": RunEnd.SELF_CHECK, "end_status": 0x55}, "memory damaged: 0x00000055 at 0x"),
        ({"reset_flags": WATCHDOG | POWER}, "last reset: by the watchdog"),
    ],
)
def test_what_is_amiss_is_named(hello: Hello, changes: dict[str, int], told: str) -> None:
    (warning,) = warnings("u5", replace(hello, **changes))  # type: ignore[arg-type]
    assert told in warning
