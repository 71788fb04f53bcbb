# SPDX-License-Identifier: Apache-2.0
"""Rates as the user gives them, and the strikes that a seed makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import InputError
from hil.fault_modes.names import STRIKE_FROM_OUTSIDE, Boundary, FaultMode
from hil.fault_modes.plan import CHOICES, FaultPlan, FaultRate, Strike, parse_rate, parse_rates

EXAMPLES = 30

MODES = st.sampled_from(FaultMode)
SEEDS = st.integers(min_value=0, max_value=1 << 40)
NUMBERS = st.integers(min_value=0, max_value=100_000)


@settings(max_examples=EXAMPLES)
@given(MODES, st.floats(min_value=0, max_value=1))
def test_a_rate_is_read_as_it_is_written(mode: FaultMode, rate: float) -> None:
    assert parse_rate(f"{mode.value}@{rate!r}") == FaultRate(mode, rate)


@settings(max_examples=EXAMPLES)
@given(st.text())
def test_any_other_text_is_refused_in_words(text: str) -> None:
    try:
        parse_rates([text])
    except InputError as error:
        assert all(fault.where == "--fault" for fault in error.faults)
    else:
        assert text.partition("@")[0].strip()


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_rates(["link-cut", "link-cutt@0.1", "link-cut@1.5", "rain@0.1", "link-cut@nan"])
    whats = [fault.what for fault in caught.value.faults]
    assert whats == [
        "'link-cut' has no rate",
        "no fault 'link-cutt'",
        "'link-cut@1.5': no rate '1.5'",
        "no fault 'rain'",
        "'link-cut@nan': no rate 'nan'",
    ]
    assert "did you mean link-cut?" in str(caught.value)


def test_a_group_gives_its_modes_the_rate_and_a_later_one_changes_it() -> None:
    rates = {one.mode: one.rate for one in parse_rates(["all@0.1", "probe@0", "link-cut@0.5"])}
    assert set(rates) == set(FaultMode)
    assert rates.pop(FaultMode.CABLE_CUT) == 0.5
    assert {rate for mode, rate in rates.items() if mode.boundary is Boundary.PROBE} == {0.0}
    assert {rate for mode, rate in rates.items() if mode.boundary is not Boundary.PROBE} == {0.1}


def test_what_cannot_strike_is_left_out_of_a_group_and_refused_by_name() -> None:
    impossible = dict.fromkeys(STRIKE_FROM_OUTSIDE, "strikes from outside")
    possible = {one.mode for one in parse_rates(["all@0.1"], impossible)}
    assert possible == set(FaultMode) - STRIKE_FROM_OUTSIDE
    with pytest.raises(InputError) as caught:
        parse_rates(["host-killed@0.1", "tools@0.1", "link@0.1"], impossible)
    whats = [fault.what for fault in caught.value.faults]
    assert whats == ["host-killed: strikes from outside", "tools: strikes from outside"]


@settings(max_examples=EXAMPLES)
@given(SEEDS, NUMBERS)
def test_a_plan_is_a_function_of_seed_and_number(seed: int, number: int) -> None:
    rates = [FaultRate(mode, 0.5) for mode in FaultMode]
    strikes = FaultPlan(seed, rates).strikes(number)
    assert strikes == FaultPlan(seed, rates).strikes(number)
    assert [one.position for one in strikes] == sorted(one.position for one in strikes)
    assert all(0 <= one.position < 1 and 0 <= one.choice < CHOICES for one in strikes)


@settings(max_examples=EXAMPLES)
@given(SEEDS, NUMBERS, st.sets(MODES))
def test_a_mode_strikes_as_it_does_without_the_others(
    seed: int, number: int, modes: set[FaultMode]
) -> None:
    every = FaultPlan(seed, [FaultRate(mode, 0.5) for mode in FaultMode]).strikes(number)
    some = FaultPlan(seed, [FaultRate(mode, 0.5) for mode in modes]).strikes(number)
    assert some == tuple(one for one in every if one.mode in modes)


def test_rates_0_and_1_are_never_and_always() -> None:
    rates = [FaultRate(FaultMode.CABLE_CUT, 0), FaultRate(FaultMode.RESET_LINE, 1)]
    plan = FaultPlan(7, rates)
    struck = [strike.mode for number in range(50) for strike in plan.strikes(number)]
    assert struck == [FaultMode.RESET_LINE] * 50


def test_strikes_are_as_frequent_as_the_rate_says_and_lie_everywhere() -> None:
    plan = FaultPlan(7, [FaultRate(FaultMode.CABLE_CUT, 0.25)])
    strikes = [strike for number in range(2000) for strike in plan.strikes(number)]
    assert 400 <= len(strikes) <= 600
    assert {int(10 * strike.position) for strike in strikes} == set(range(10))


def test_the_plan_of_a_seed_stays_the_same_from_version_to_version() -> None:
    plan = FaultPlan(1, [FaultRate(FaultMode.CABLE_CUT, 1)])
    assert plan.strikes(3) == (Strike(FaultMode.CABLE_CUT, 0.05992150929582796, 3308840727),)
