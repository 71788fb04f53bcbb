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
    m2m_dut: BoardSession,
    m2m_record_property: Callable[[str, object], None],
    m2m_save_record: Callable[[Record], None],
) -> None:
    """SysTick and the cycle counter, over a loop that does not sleep."""
    check_counter(m2m_dut.hello)
    off = m2m_dut.hello.check_cycles / m2m_dut.hello.check_clocks - 1
    m2m_record_property("cycle_counter_against_systick_percent", f"{100 * off:+.3f}")
    m2m_save_record(CycleCounterRecord(m2m_dut.board.spec.id, 100 * off))


def test_the_clock_is_right_by_the_hosts(
    m2m_dut: BoardSession,
    m2m_record_property: Callable[[str, object], None],
    m2m_save_record: Callable[[Record], None],
) -> None:
    """Over a second, sleep included; the host's clock is exact to the round trips."""
    nominal_hz = m2m_dut.hello.core_clock_hz
    measured = measure_clock(m2m_dut.link, m2m_dut.board.clock_s)
    off, uncertainty = measured.error(nominal_hz), measured.uncertainty
    m2m_record_property("clock_hz", f"{measured.hz:.0f}")
    m2m_record_property("clock_error_percent", f"{100 * off:+.3f}")
    m2m_record_property("clock_uncertainty_percent", f"{100 * uncertainty:.3f}")
    m2m_save_record(ClockRecord(m2m_dut.board.spec.id, measured.hz, 100 * off, 100 * uncertainty))
    if not measured.fits(nominal_hz):
        pytest.fail(
            f"the board's clock runs at {measured.hz:.0f} Hz by the host's, {100 * off:+.2f} % off "
            f"the {nominal_hz} Hz that HELLO says ({100 * TOLERANCE:g} % allowed, "
            f"{100 * uncertainty:.2f} % uncertainty)"
        )
