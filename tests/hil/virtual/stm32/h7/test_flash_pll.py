# SPDX-License-Identifier: Apache-2.0
"""Flash banks and PLL1 of the virtual H7."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.virtual.rules import Rule
from hil.virtual.stm32.h7.pll import PllSettings
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.images import H7_BOARDS

# -- flash -----------------------------------------------------------------------------------------

FLASH = """
volatile uint32_t result;
static inline void unlock(uint32_t bank) {
    R32(FLASH_R + 0x100 * bank + 4) = 0x45670123; R32(FLASH_R + 0x100 * bank + 4) = 0xCDEF89AB;
}
static inline void ready(uint32_t bank) {
    while (R32(FLASH_R + 0x100 * bank + 0x10) & 7u) { }
    R32(FLASH_R + 0x100 * bank + 0x14) = 1u << 16;
}
static inline void program(uint32_t at, uint32_t words) {
    for (uint32_t i = 0; i < words; i++) { R32(at + 4 * i) = i + 1; }
}
#define CR1 R32(FLASH_R + 0x0C)
#define CR2 R32(FLASH_R + 0x10C)
#ifdef H743
#define WORDS 8
#define SECTOR(n) (4u | 0x30 | (n) << 8 | 1u << 7)
#define SECTOR_BYTES 0x20000
#else
#define WORDS 4
#define SECTOR(n) (4u | (n) << 6 | 1u << 5)
#define SECTOR_BYTES 0x2000
#endif
void reset(void) { ACT; result = 1; for (;;) {} }
"""


@pytest.mark.parametrize("board", H7_BOARDS)
def test_each_bank_is_programmed_and_erased_by_its_own_registers(boot_on: Boot, board: str) -> None:
    act = """unlock(0); unlock(1); CR1 = 2; CR2 = 2;
    program(0x08000000 + 5 * SECTOR_BYTES, WORDS); program(0x08100000 + 3 * SECTOR_BYTES, WORDS);
    ready(0); ready(1)"""
    machine = boot_on(board, FLASH.replace("ACT", act))
    machine.run(0.01)
    sector = 0x20000 if board == "h743" else 0x2000
    second = 0x0810_0000 + 3 * sector
    assert variable(machine, "result") == 1
    assert machine.core.word(0x0800_0000 + 5 * sector + 4) == 2
    assert machine.core.word(second) == 1
    machine = boot_on(board, FLASH.replace("ACT", f"{act}; CR2 = SECTOR(3u); ready(1)"))
    machine.run(0.1)
    assert variable(machine, "result") == 1
    assert machine.core.word(second) == 0xFFFF_FFFF
    assert machine.core.word(0x0800_0000 + 5 * sector) == 1


@pytest.mark.parametrize("board", H7_BOARDS)
@pytest.mark.parametrize(
    ("act", "rule", "words"),
    [
        ("unlock(0); CR1 = 2; program(0x08100000, WORDS)", Rule.FLASH_LOCKED, "bank 2"),
        ("unlock(1); CR2 = 2; program(0x080E0000, WORDS)", Rule.FLASH_LOCKED, "bank 1"),
        ("CR1 = 2", Rule.FLASH_LOCKED, "CR1"),
        ("R32(FLASH_R + 0x104) = 1", Rule.FLASH_LOCKED, "bank 2"),
        ("unlock(0); unlock(0)", Rule.FLASH_LOCKED, "wrong key"),
        ("unlock(0); program(0x080E0000, 1)", Rule.FLASH_PROGRAMMING, "without CR1.PG"),
        ("unlock(0); CR1 = 2; program(0x080E0004, 1)", Rule.FLASH_PROGRAMMING, "in order"),
        ("unlock(0); CR1 = 2; program(0x08000000, 1)", Rule.FLASH_PROGRAMMING, "not erased"),
        ("unlock(0); CR1 = 2; R8(0x080E0000) = 1", Rule.FLASH_PROGRAMMING, "1 bytes"),
        ("unlock(0); CR1 = 2; program(0x080E0000, WORDS + 1)", Rule.FLASH_PROGRAMMING, "busy"),
        ("unlock(0); CR1 = 2; program(0x080E0000, 1); CR1 = 0", Rule.FLASH_PROGRAMMING, "half"),
        ("unlock(0); CR1 = SECTOR(0u) & ~4u", Rule.FLASH_PROGRAMMING, "without SER1"),
        ("R32(FLASH_R + 0x18) = 1u << 31", Rule.UNMODELLED_REGISTER, "OPTCR"),
    ],
)
def test_wrong_programming_is_refused(
    boot_on: Boot, board: str, act: str, rule: Rule, words: str
) -> None:
    error = assert_broken(boot_on(board, FLASH.replace("ACT", act)), rule)
    assert words in error.detail


# -- PLL1 ------------------------------------------------------------------------------------------


def settings(
    m: int, n: int, p: int, code: int, *, medium: bool = False, source_hz: int = 8_000_000
) -> PllSettings:
    return PllSettings.of_registers(
        source_hz,
        pllckselr=2 | m << 4,
        pllcfgr=code << 2 | medium << 1,
        divr=n - 1 | (p - 1) << 9,
        fracr=0,
        wide_vco_hz=(192_000_000, 960_000_000),
    )


@given(st.integers(1, 63), st.integers(4, 512), st.integers(1, 128))
def test_pll_arithmetic(m: int, n: int, p: int) -> None:
    pll = settings(m, n, p, 3)
    assert pll.vco_hz == Fraction(8_000_000 * n, m)
    assert pll.output_hz * p == pll.vco_hz


@pytest.mark.parametrize(
    ("pll", "words"),
    [
        (settings(1, 120, 2, 3), None),
        (settings(1, 120, 2, 2), None),  # 8 MHz is the bound of both ranges
        (settings(4, 480, 2, 1), None),
        (settings(8, 400, 2, 0, medium=True), None),
        (settings(8, 400, 2, 0), "PLL1VCOSEL is 0"),
        (settings(1, 50, 2, 3, medium=True), "PLL1VCOSEL is 1"),
        (settings(1, 120, 2, 1), "PLL1RGE is 1"),
        (settings(16, 480, 2, 0), "input is 0.5 MHz"),
        (settings(1, 121, 2, 3), "VCO"),
        (settings(1, 23, 2, 3), "VCO"),
        (settings(1, 120, 3, 3), "divides by 3"),
        (settings(1, 50, 1, 3), None),
        (settings(0, 50, 1, 3), "input is 0 MHz"),
        (settings(1, 3, 1, 3), "outside 4 to 512"),
    ],
)
def test_pll_limits(pll: PllSettings, words: str | None) -> None:
    fault = pll.fault()
    assert fault is None if words is None else fault is not None and words in fault
