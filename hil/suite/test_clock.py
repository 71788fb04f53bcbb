# SPDX-License-Identifier: Apache-2.0
"""The board's clock is what it says: its two counters agree, and so does the host's clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hil.link.clock_check import TOLERANCE, measure_clock
from hil.link.cycle_check import check_counter
from hil.report.records import ClockRecord, CycleCounterRecord, Record
from hil.session import BoardSession


def test_both_counters_of_the_board_agree(
    dut: BoardSession,
    record_property: Callable[[str, object], None],
    save_record: Callable[[Record], None],
) -> None:
    """SysTick and the cycle counter, over a loop that does not sleep."""
    check_counter(dut.hello)
    off = dut.hello.check_cycles / dut.hello.check_clocks - 1
    record_property("cycle_counter_against_systick_percent", f"{100 * off:+.3f}")
    save_record(CycleCounterRecord(dut.board.spec.id, 100 * off))


def test_the_clock_is_right_by_the_hosts(
    dut: BoardSession,
    record_property: Callable[[str, object], None],
    save_record: Callable[[Record], None],
) -> None:
    """Over a second, sleep included; the host's clock is exact to the round trips."""
    nominal_hz = dut.hello.core_clock_hz
    measured = measure_clock(dut.link, dut.board.clock_s)
    off, unsure = measured.error(nominal_hz), measured.uncertainty
    record_property("clock_hz", f"{measured.hz:.0f}")
    record_property("clock_error_percent", f"{100 * off:+.3f}")
    record_property("clock_uncertainty_percent", f"{100 * unsure:.3f}")
    save_record(ClockRecord(dut.board.spec.id, measured.hz, 100 * off, 100 * unsure))
    if not measured.fits(nominal_hz):
        pytest.fail(
            f"the board's clock runs at {measured.hz:.0f} Hz by the host's, {100 * off:+.2f} % off "
            f"the {nominal_hz} Hz that HELLO says ({100 * TOLERANCE:g} % allowed, "
            f"{100 * unsure:.2f} % unsure)"
        )
