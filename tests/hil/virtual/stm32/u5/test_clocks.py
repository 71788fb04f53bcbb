# SPDX-License-Identifier: Apache-2.0
"""RCC, PWR, FLASH and ICACHE at their registers, without firmware."""

from __future__ import annotations

from contextlib import AbstractContextManager
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.u5.pll import PllSettings

RCC, PWR, FLASH, ICACHE = 0x4602_0C00, 0x4602_0800, 0x4002_2000, 0x4003_0400
CR, CFGR1, CFGR2, PLL1CFGR, PLL1DIVR = RCC, RCC + 0x1C, RCC + 0x20, RCC + 0x28, RCC + 0x34
VOSR = PWR + 0x0C
BOOSTEN, BOOSTRDY, VOSRDY = 1 << 18, 1 << 14, 1 << 15


class Chip:
    """A machine's registers as a debugger would poke them, with time passing on request."""

    def __init__(self) -> None:
        self.machine = Machine("u585")
        self.write(RCC + 0x94, self.read(RCC + 0x94) | 4)
        self.read(RCC + 0x94)

    def read(self, address: int) -> int:
        self.machine.accesses += 1
        return self.machine.bus.read(address, 4)

    def write(self, address: int, value: int) -> None:
        self.machine.accesses += 1
        self.machine.bus.write(address, 4, value)

    def wait(self, microseconds: float = 100) -> None:
        self.machine.sleep_until(self.machine.now_ps + round(microseconds * 1e6))

    def range_1(self) -> None:
        self.write(VOSR, 3 << 16)
        self.wait()

    def boost(self) -> None:
        self.write(PLL1CFGR, 1)
        self.write(VOSR, 3 << 16 | BOOSTEN)
        self.wait()

    def wait_states(self, count: int) -> None:
        """They count once they are read back."""
        self.write(FLASH, count)
        self.read(FLASH)

    def start_pll(self, n: int = 80, r: int = 2) -> None:
        self.write(PLL1DIVR, (n - 1) | 1 << 9 | 1 << 16 | (r - 1) << 24)
        self.write(CR, self.read(CR) | 1 << 24)
        self.wait()
        self.write(PLL1CFGR, self.read(PLL1CFGR) | 1 << 18)


@pytest.fixture
def chip() -> Chip:
    return Chip()


def refused(rule: Rule) -> AbstractContextManager[object]:
    return pytest.raises(RuleBroken, match=rule.name)


def test_after_reset_the_chip_runs_from_msis_at_4_mhz_in_range_4(chip: Chip) -> None:
    assert chip.machine.rcc.hclk_hz == 4_000_000
    assert chip.machine.pwr.voltage_range == 4
    assert chip.read(CR) & 5 == 5


def test_the_way_to_160_mhz(chip: Chip) -> None:
    chip.range_1()
    chip.boost()
    chip.start_pll()
    chip.wait_states(4)
    chip.write(CFGR1, 3)
    assert chip.read(CFGR1) & 0xC == 0xC
    assert chip.machine.rcc.hclk_hz == 160_000_000
    assert chip.machine.rcc.pclk2_hz == 160_000_000
    chip.write(CFGR2, chip.read(CFGR2) | 4 << 8)
    assert chip.machine.rcc.pclk2_hz == 80_000_000


def test_flags_come_late_as_on_silicon(chip: Chip) -> None:
    chip.write(VOSR, 3 << 16)
    assert not chip.read(VOSR) & VOSRDY
    assert chip.machine.pwr.voltage_range == 4
    chip.wait()
    assert chip.read(VOSR) & VOSRDY
    chip.write(PLL1CFGR, 1)
    chip.write(VOSR, 3 << 16 | BOOSTEN)
    assert not chip.read(VOSR) & BOOSTRDY
    chip.wait()
    assert chip.read(VOSR) & BOOSTRDY


def test_the_booster_without_a_clock_never_gets_ready(chip: Chip) -> None:
    chip.range_1()
    chip.write(VOSR, 3 << 16 | BOOSTEN)
    chip.wait(10_000)
    assert not chip.read(VOSR) & BOOSTRDY


def test_the_booster_not_ready_is_as_good_as_none(chip: Chip) -> None:
    chip.range_1()
    chip.write(PLL1CFGR, 1)
    chip.start_pll()
    chip.write(VOSR, 3 << 16 | BOOSTEN)
    chip.wait_states(4)
    with refused(Rule.EPOD_BOOSTER):
        chip.write(CFGR1, 3)


def test_the_boosters_clock_has_limits_and_must_not_change_under_it(chip: Chip) -> None:
    chip.range_1()
    chip.boost()
    with refused(Rule.EPOD_BOOSTER):
        chip.write(PLL1CFGR, 1 | 1 << 12)
    other = Chip()
    other.range_1()
    other.write(PLL1CFGR, 1 | 2 << 12)  # 4 MHz / 4
    with refused(Rule.EPOD_BOOSTER):
        other.write(VOSR, 3 << 16 | BOOSTEN)
    with refused(Rule.EPOD_BOOSTER):
        Chip().write(VOSR, BOOSTEN)  # range 4


@pytest.mark.parametrize(
    ("wait_states", "mhz", "allowed"),
    [(0, 32, True), (0, 33, False), (1, 64, True), (1, 65, False), (2, 96, True), (2, 97, False),
     (3, 128, True), (3, 129, False), (4, 160, True)],
)  # fmt: skip
def test_wait_states_of_range_1(chip: Chip, wait_states: int, mhz: int, allowed: bool) -> None:
    chip.range_1()
    chip.boost()
    divider = 4 if mhz < 130 else 2
    chip.start_pll(mhz * divider // 4, divider)
    chip.wait_states(wait_states)
    if allowed:
        chip.write(CFGR1, 3)
        return
    with refused(Rule.FLASH_WAIT_STATES):
        chip.write(CFGR1, 3)


def test_sysclk_up_to_55_mhz_needs_no_booster(chip: Chip) -> None:
    chip.range_1()
    chip.write(PLL1CFGR, 1)
    chip.start_pll(54, 4)
    chip.wait_states(4)
    chip.write(CFGR1, 3)
    assert chip.machine.rcc.sysclk_hz == 54_000_000


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (CFGR1, 3),  # PLL1 is off
        (CFGR1, 1),  # HSI16 is off
        (CR, 0x30),  # MSIS off while it is SYSCLK
        (CR, 0x35 | 1 << 24),  # PLL1 without a source
    ],
)
def test_sources_not_ready_or_in_use(chip: Chip, target: int, value: int) -> None:
    chip.range_1()
    with refused(Rule.CLOCK_TREE):
        chip.write(target, value)


def test_pll_registers_are_fixed_while_it_runs(chip: Chip) -> None:
    chip.range_1()
    chip.write(PLL1CFGR, 1)
    chip.start_pll(54, 4)
    for address, value in ((PLL1DIVR, 0x0101_0280), (PLL1CFGR, 2), (PLL1CFGR, 1 << 12 | 1)):
        with refused(Rule.WRITE_PROTECTED_REGISTER):
            chip.write(address, value)


def test_plls_fraction_may_change_while_it_runs(chip: Chip) -> None:
    chip.range_1()
    chip.write(PLL1CFGR, 1)
    chip.start_pll(54, 4)
    chip.wait_states(4)
    chip.write(CFGR1, 3)
    chip.write(RCC + 0x38, 4096 << 3)
    assert chip.machine.rcc.sysclk_hz == 54_000_000
    chip.write(PLL1CFGR, chip.read(PLL1CFGR) | 1 << 4)
    assert chip.machine.rcc.sysclk_hz == 54_500_000


def test_lowering_the_voltage_under_a_fast_clock_is_refused(chip: Chip) -> None:
    chip.range_1()
    chip.write(PLL1CFGR, 1)
    chip.start_pll(54, 4)
    chip.wait_states(4)
    chip.write(CFGR1, 3)
    with refused(Rule.VOLTAGE_RANGE):
        chip.write(VOSR, 0)


def settings(source_hz: int, m: int, n: int, r: int, code: int = 0) -> PllSettings:
    return PllSettings.of_registers(source_hz, code << 2 | (m - 1) << 8, n - 1 | (r - 1) << 24, 0)


@given(st.integers(1, 16), st.integers(4, 512), st.integers(1, 128))
def test_pll_arithmetic(m: int, n: int, r: int) -> None:
    pll = settings(16_000_000, m, n, r)
    assert pll.vco_hz == Fraction(16_000_000 * n, m)
    assert pll.output_hz * r == pll.vco_hz


@pytest.mark.parametrize(
    ("pll", "words"),
    [
        (settings(4_000_000, 1, 80, 2), None),
        (settings(16_000_000, 1, 20, 2, code=3), None),
        (settings(4_000_000, 2, 160, 2), "outside 4 MHz to 16"),
        (settings(48_000_000, 1, 10, 4, code=3), "outside 4 MHz to 16"),
        (settings(16_000_000, 1, 20, 2), "PLL1RGE"),
        (settings(4_000_000, 1, 80, 2, code=3), "PLL1RGE"),
        (settings(16_000_000, 1, 3, 1, code=3), "less than 4"),
        (settings(4_000_000, 1, 20, 2), "VCO"),
        (settings(4_000_000, 1, 200, 6), "VCO"),
        (settings(4_000_000, 1, 120, 3), "even"),
    ],
)
def test_pll_limits(pll: PllSettings, words: str | None) -> None:
    fault = pll.fault(1)
    assert fault is None if words is None else fault is not None and words in fault


def test_the_instruction_cache_is_busy_while_it_invalidates(chip: Chip) -> None:
    chip.machine.power_on()
    assert chip.read(ICACHE + 4) & 1
    with refused(Rule.WRITE_PROTECTED_REGISTER):
        chip.write(ICACHE, 2 | 4)
    chip.wait()
    assert chip.read(ICACHE + 4) == 2
    chip.write(ICACHE, 1 | 4)
    with refused(Rule.WRITE_PROTECTED_REGISTER):
        chip.write(ICACHE, 1)


def unlock(chip: Chip) -> None:
    chip.write(FLASH + 8, 0x4567_0123)
    chip.write(FLASH + 8, 0xCDEF_89AB)


def test_flash_is_programmed_by_quad_words_and_erased_by_pages(chip: Chip) -> None:
    unlock(chip)
    flash = chip.machine.flash
    chip.machine.core.flash_bytes[:] = 0xFF
    chip.write(FLASH + 0x28, 1)
    for i in range(4):
        flash.program(0x0800_2000 + 4 * i, 4, 0x1111_1111 * (i + 1))
    assert chip.read(FLASH + 0x20) & 1 << 16  # busy
    chip.wait(200)
    assert chip.read(FLASH + 0x20) == 0  # EOP needs EOPIE, which is not modelled
    assert chip.machine.core.word(0x0800_2008) == 0x3333_3333
    with refused(Rule.FLASH_PROGRAMMING):
        flash.program(0x0800_2000, 4, 0)  # not erased
    chip.write(FLASH + 0x28, 2 | 1 << 3 | 1 << 16)  # erase page 1
    chip.wait(2000)
    assert chip.machine.core.word(0x0800_2008) == 0xFFFF_FFFF


@pytest.mark.parametrize(
    ("address", "size"), [(0x0800_2000, 2), (0x0800_2004, 4), (0x0800_2000, 1)]
)
def test_flash_written_in_other_portions_is_refused(chip: Chip, address: int, size: int) -> None:
    chip.machine.core.flash_bytes[:] = 0xFF
    unlock(chip)
    chip.write(FLASH + 0x28, 1)
    with refused(Rule.FLASH_PROGRAMMING):
        chip.machine.flash.program(address, size, 0)


def test_flash_without_pg_or_key_is_refused(chip: Chip) -> None:
    with refused(Rule.FLASH_LOCKED):
        chip.machine.flash.program(0x0800_2000, 4, 0)
    unlock(chip)
    with refused(Rule.FLASH_PROGRAMMING):
        chip.machine.flash.program(0x0800_2000, 4, 0)
    other = Chip()
    with refused(Rule.FLASH_LOCKED):
        other.write(FLASH + 8, 1)
    with refused(Rule.FLASH_LOCKED):
        unlock(other)  # jammed until reset


BDCR, DBPR = RCC + 0xF0, PWR + 0x28
LSEON, LSERDY, LSESYSEN, LSESYSRDY = 1, 2, 1 << 7, 1 << 11
MSIPLLEN, MSIPLLSEL = 1 << 3, 1 << 6


def start_lse(chip: Chip) -> None:
    chip.write(DBPR, 1)
    chip.write(BDCR, LSEON)
    chip.wait(2_000_000)


def test_the_crystal_starts_in_seconds_and_the_msi_follows_it(chip: Chip) -> None:
    chip.machine.msi_ppm = -20_000
    start_lse(chip)
    assert chip.read(BDCR) == LSEON | LSERDY
    chip.write(BDCR, LSEON | LSESYSEN)
    chip.wait()
    assert chip.read(BDCR) & LSESYSRDY
    assert chip.machine.rcc.core_hz == 3_920_000
    chip.write(CR, chip.read(CR) | MSIPLLSEL)
    chip.write(CR, chip.read(CR) | MSIPLLEN)
    assert chip.machine.rcc.core_hz == chip.machine.scheduler.clock_hz == 4_000_000


def test_the_crystal_runs_on_through_a_reset_but_not_without_power(chip: Chip) -> None:
    start_lse(chip)
    chip.machine.reset()
    assert chip.read(BDCR) == LSEON | LSERDY
    chip.machine.power_on()
    assert chip.read(BDCR) == 0


def test_a_crystal_that_is_not_there_never_gets_ready(chip: Chip) -> None:
    chip.machine.lse_present = False
    start_lse(chip)
    assert chip.read(BDCR) == LSEON


def test_the_backup_domain_is_closed_until_it_is_opened(chip: Chip) -> None:
    with refused(Rule.WRITE_PROTECTED_REGISTER):
        chip.write(BDCR, LSEON)


@pytest.mark.parametrize(
    ("register", "value", "rule"),
    [
        (BDCR, LSEON | LSESYSEN, Rule.CLOCK_TREE),
        (BDCR, LSEON | 2 << 3, Rule.WRITE_PROTECTED_REGISTER),
        (CR, 0x35 | MSIPLLSEL | MSIPLLEN, Rule.CLOCK_TREE),
    ],
)
def test_the_crystal_is_used_in_order(chip: Chip, register: int, value: int, rule: Rule) -> None:
    """LSESYSEN after LSERDY, LSEDRV before LSEON, MSIPLLEN after LSESYSRDY."""
    chip.write(DBPR, 1)
    chip.write(BDCR, LSEON)
    with refused(rule):
        chip.write(register, value)


def test_what_the_msi_follows_is_neither_changed_nor_switched_off(chip: Chip) -> None:
    start_lse(chip)
    chip.write(BDCR, LSEON | LSESYSEN)
    chip.wait()
    locked = chip.read(CR) | MSIPLLSEL | MSIPLLEN
    chip.write(CR, locked)
    with refused(Rule.WRITE_PROTECTED_REGISTER):
        chip.write(CR, locked & ~MSIPLLSEL)
    with refused(Rule.CLOCK_TREE):
        chip.write(BDCR, 0)
