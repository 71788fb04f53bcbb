# SPDX-License-Identifier: Apache-2.0
"""Each rule of the virtual H7: the right program runs, the same with one fault stops."""

from __future__ import annotations

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.hello import HELLO, run_to_ok
from tests.hil.virtual.images import H7_BOARDS


@pytest.mark.parametrize(
    ("board", "core_hz", "hclk_hz", "pclk1_hz"),
    [("h743", 480_000_000, 240_000_000, 120_000_000),
     ("h7a3", 280_000_000, 280_000_000, 140_000_000)],
)  # fmt: skip
def test_a_correct_program_runs(
    boot_on: Boot, board: str, core_hz: int, hclk_hz: int, pclk1_hz: int
) -> None:
    machine = boot_on(board, HELLO, "FAULT=")
    run_to_ok(machine)
    rcc = machine.rcc
    assert (rcc.core_hz, rcc.hclk_hz, rcc.pclk1_hz) == (core_hz, hclk_hz, pclk1_hz)
    assert machine.pwr.voltage_range == 0


SLOWER = {"h743": ("PLL_N=100", "NO_OVERDRIVE", "BRR_VALUE=109"), "h7a3": ("PLL_N=60",)}
"""400 MHz at VOS1; 240 MHz."""


@pytest.mark.parametrize("board", H7_BOARDS)
@pytest.mark.parametrize(
    ("defines", "rule"),
    [
        (("SUPPLY=1",), Rule.SUPPLY_CONFIGURATION),
        (("SUPPLY=5",), Rule.SUPPLY_CONFIGURATION),
        (("NO_HSE_WAIT",), Rule.CLOCK_TREE),
        (("NO_PLL_WAIT",), Rule.CLOCK_TREE),
        (("HSE_BITS=0",), Rule.CLOCK_TREE),
        (("PLL_RGE=1",), Rule.CLOCK_TREE),
        (("PLL_RGE=0", "PLL_VCOSEL=1"), Rule.CLOCK_TREE),
        (("PLL_VCOSEL=1",), Rule.CLOCK_TREE),
        (("PLL_M=0",), Rule.CLOCK_TREE),
        (("PLL_N=3", "PLL_P=1"), Rule.CLOCK_TREE),
        (("PLL_N=12", "PLL_P=1"), Rule.CLOCK_TREE),
        (("PLL_P=3",), Rule.CLOCK_TREE),
        (("WAIT_STATES=(WAIT_STATES_OF_BOARD-1)",), Rule.FLASH_WAIT_STATES),
        (("SIGNAL_DELAY=0",), Rule.FLASH_WAIT_STATES),
        (("SIGNAL_DELAY=3", "WAIT_STATES=1"), Rule.FLASH_WAIT_STATES),
        (("SIGNAL_DELAY=1",), Rule.FLASH_WAIT_STATES),
        (("APB_CODE=0",), Rule.VOLTAGE_RANGE),
        (("VOS_CODE=2",), Rule.VOLTAGE_RANGE),
        (("VOS_CODE=1",), Rule.VOLTAGE_RANGE),
        (("BRR_VALUE=125",), Rule.BAUD_ERROR),
        (("BRR_VALUE=15",), Rule.BAUD_ERROR),
    ],
)
def test_start_up_with_one_wrong_setting_is_refused(
    boot_on: Boot, board: str, defines: tuple[str, ...], rule: Rule
) -> None:
    if board == "h743" and any(define.startswith("VOS_CODE") for define in defines):
        defines = (*defines, "NO_OVERDRIVE")
    if board == "h743" and defines == ("BRR_VALUE=125",):
        defines = ("BRR_VALUE=135",)
    states = "4" if board == "h743" else "6"
    defines = tuple(define.replace("WAIT_STATES_OF_BOARD", states) for define in defines)
    place = "supply_first" if rule is Rule.SUPPLY_CONFIGURATION else "chip.h"
    assert_broken(boot_on(board, HELLO, "FAULT=", *defines), rule, place)


@pytest.mark.parametrize(
    ("board", "defines", "rule"),
    [
        ("h743", ("NO_OVERDRIVE",), Rule.VOS0_BOOST),
        ("h743", ("PLL_N=101", "NO_OVERDRIVE"), Rule.VOS0_BOOST),
        ("h743", ("VOS_CODE=0",), Rule.VOLTAGE_RANGE),
        ("h743", ("VOS_CODE=2",), Rule.VOS0_BOOST),
        ("h743", ("NO_VOS_WAIT",), Rule.VOS0_BOOST),
        ("h743", ("HPRE=0",), Rule.VOLTAGE_RANGE),
        ("h743", ("PLL_M=2", "PLL_RGE=2", "PLL_N=250"), Rule.VOLTAGE_RANGE),
        ("h7a3", ("SUPPLY=2",), Rule.SUPPLY_CONFIGURATION),
        ("h7a3", ("SUPPLY=6",), Rule.SUPPLY_CONFIGURATION),
        ("h7a3", ("SUPPLY=0x14",), Rule.SUPPLY_CONFIGURATION),
        ("h7a3", ("NO_VOS_WAIT",), Rule.VOLTAGE_RANGE),
        ("h7a3", ("NO_ACR_READ",), Rule.FLASH_WAIT_STATES),
        ("h7a3", ("PLL_N=72",), Rule.VOLTAGE_RANGE),
        ("h7a3", ("PLL_N=96", "PLL_P=4"), Rule.CLOCK_TREE),
    ],
)
def test_what_is_peculiar_to_a_line(
    boot_on: Boot, board: str, defines: tuple[str, ...], rule: Rule
) -> None:
    place = "supply_first" if rule is Rule.SUPPLY_CONFIGURATION else "chip.h"
    assert_broken(boot_on(board, HELLO, "FAULT=", *defines), rule, place)


@pytest.mark.parametrize("board", H7_BOARDS)
@pytest.mark.parametrize("define", ["RAM_FIRST", "NO_SUPPLY", "NO_SUPPLY_WAIT"])
def test_ram_is_not_written_before_the_supply_is_ready(
    boot_on: Boot, board: str, define: str
) -> None:
    machine = boot_on(board, HELLO, "FAULT=", define)
    error = assert_broken(machine, Rule.SUPPLY_CONFIGURATION, "vectors.c")
    assert "DTCM is written" in error.detail


@pytest.mark.parametrize("board", H7_BOARDS)
def test_voltage_and_clock_wait_for_the_supply(board: str) -> None:
    supply = 2 if board == "h743" else 4
    for write in ((0x5802_4818, 3 << 14), (0x5802_4410, 1)):
        machine = Machine(board)
        machine.bus.write(0x5802_4400, 4, machine.bus.read(0x5802_4400, 4) | 1 << 7)
        machine.sleep_until(machine.now_ps + 10**9)
        with pytest.raises(RuleBroken) as caught:
            machine.bus.write(write[0], 4, write[1])
        assert caught.value.rule is Rule.SUPPLY_CONFIGURATION
        machine.power_on()
        machine.bus.write(0x5802_480C, 4, supply)
        assert not machine.bus.read(0x5802_4804, 4) & 1 << 13
        machine.sleep_until(machine.now_ps + 10**9)
        assert machine.bus.read(0x5802_4804, 4) & 1 << 13
        machine.bus.write(0x5802_4400, 4, machine.bus.read(0x5802_4400, 4) | 1 << 7)
        machine.sleep_until(machine.now_ps + 10**9)
        machine.bus.write(*write[:1], 4, *write[1:])


@pytest.mark.parametrize("board", H7_BOARDS)
def test_a_slower_clock_runs_too(boot_on: Boot, board: str) -> None:
    defines = SLOWER[board] if board == "h743" else (*SLOWER[board], "BRR_VALUE=130")
    run_to_ok(boot_on(board, HELLO, "FAULT=", *defines))


def test_revision_y_has_no_vos0(boot_on: Boot) -> None:
    """The same image at 400 MHz runs on both revisions; at 480 MHz on revision V alone."""
    slow = boot_on("h743", HELLO, "FAULT=", *SLOWER["h743"])
    fast = boot_on("h743", HELLO, "FAULT=")
    for image, fits in ((slow, True), (fast, False)):
        machine = Machine("h743", "Y")
        machine.symbols = image.symbols
        machine.core.flash_bytes[:] = image.core.flash_bytes
        machine.power_on()
        if fits:
            machine.run(0.01)
            assert bytes(machine.line.from_board) == b"ok"
        else:
            assert "revision" in assert_broken(machine, Rule.VOS0_BOOST).detail


def test_the_pll_of_revision_y_ends_at_836_mhz() -> None:
    vcos = {}
    for revision in ("V", "Y"):
        machine = Machine("h743", revision)
        machine.rcc.values.update(PLLCKSELR=2 | 1 << 4, PLL1DIVR=119 | 1 << 9, PLLCFGR=3 << 2)
        vcos[revision] = machine.rcc.pll1.fault()  # type: ignore[attr-defined]
    assert vcos["V"] is None
    assert "836" in vcos["Y"]


@pytest.mark.parametrize("board", H7_BOARDS)
def test_the_supply_outlives_resets_but_not_a_power_on(boot_on: Boot, board: str) -> None:
    """A reset by software keeps CR3; writing the same again is fine, another value is not."""
    source = """
    volatile uint32_t result, times;
    void reset(void) {
        supply_begin();
        times = R32(0x2001FF00);
        if (RCC_RSR & 1u << 24) {
            if (times != 0x600DF00D) { PWR_CR3 = 1; }
            result = PWR_CR3; RCC_RSR = 1u << 16;
            for (;;) {}
        }
        R32(0x2001FF00) = MARK;
        R32(SCB + 0x0C) = 0x05FA0004;
        for (;;) {}
    }
    """
    machine = boot_on(board, source, "MARK=0x600DF00D")
    machine.run(0.001)
    assert variable(machine, "result") == (2 if board == "h743" else 4)
    assert len(machine.resets) == 1
    machine.run(0.001)
    machine.power_on()
    assert machine.bus.read(0x5802_480C, 4) == 6
    assert_broken(boot_on(board, source, "MARK=0"), Rule.SUPPLY_CONFIGURATION)


@pytest.mark.parametrize(("stays", "second"), [(0, 0x0142_0000), (1, 0x0001_0000)])
def test_reset_causes(boot_on: Boot, stays: int, second: int) -> None:
    """RMVF clears them for as long as it is set."""
    source = """
    volatile uint32_t first, second;
    void reset(void) {
        uint32_t flags = RCC_RSR;
        RCC_RSR = 1u << 16;
        if (!STAYS) { RCC_RSR = 0; }
        if (flags & 1u << 23) { R32(0x2001FF00) = flags; R32(SCB + 0x0C) = 0x05FA0004; }
        first = R32(0x2001FF00); second = flags;
        for (;;) {}
    }
    """
    machine = boot_on("h743", source, f"STAYS={stays}")
    machine.run(0.001)
    assert variable(machine, "first") == 0x00FA_0000
    assert variable(machine, "second") == second


@pytest.mark.parametrize("board", H7_BOARDS)
@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("R32(0x58020000)", Rule.CLOCK_OFF),
        ("R32(DMA1)", Rule.CLOCK_OFF),
        ("R32(DMAMUX)", Rule.CLOCK_OFF),
        ("R32(0x30000000)", Rule.MEMORY_CLOCK_OFF),
        ("R32(0x3000FFFC) = 1", Rule.MEMORY_CLOCK_OFF),
        ("enable(AHB2ENR, 29); R32(0x30000000) = 1; R32(0x30020000 - 4 * BANK)",
         Rule.MEMORY_CLOCK_OFF),
        ("R32(RCC + RSR + 0x28)", Rule.UNMODELLED_REGISTER),
        ("R32(RCC + (RSR == 0xD0 ? 0x134 : 0xD4))", Rule.UNMODELLED_REGISTER),
        ("RCC_CR |= 1u << 26", Rule.UNMODELLED_REGISTER),
        ("R32(0x48020000)", Rule.UNMODELLED_REGISTER),
        ("R32(GPIOD + 0x28) = 1", Rule.UNMODELLED_REGISTER),
        ("RCC_CR &= ~(1u << 24)", Rule.CLOCK_TREE),
        ("RCC_CR &= ~(1u << 16)", Rule.CLOCK_TREE),
        ("RCC_CR &= ~(1u << 18)", Rule.WRITE_PROTECTED_REGISTER),
        ("RCC_PLL1DIVR = 0x01010280", Rule.WRITE_PROTECTED_REGISTER),
        ("RCC_PLLCFGR = 0", Rule.WRITE_PROTECTED_REGISTER),
        ("RCC_PLLCKSELR = 0", Rule.WRITE_PROTECTED_REGISTER),
        ("RCC_CFGR = 4", Rule.CLOCK_TREE),
        ("RCC_CORE_DIV = 4u << 4", None),
        ("FLASH_ACR = 0", Rule.FLASH_WAIT_STATES),
        ("PWR_VOS = 1u << 14", None),
        ("RCC_UART_CLOCK = 1; put('x')", Rule.UNMODELLED_REGISTER),
        ("RCC_UART_CLOCK = 4; put('x')", None),
        ("R32(GPIOD + 0x24) = 0x78; put('x')", Rule.PIN_FUNCTION),
        ("R32(GPIOD) = 0xFFFFFFFF; put('x')", Rule.PIN_FUNCTION),
        ("DWT_CTRL = 1", Rule.CLOCK_OFF),
        ("DEMCR = 1u << 24; DWT_CTRL = 1", Rule.WRITE_PROTECTED_REGISTER),
        ("DEMCR = 1u << 24; DWT_LAR = 1; DWT_CYCCNT = 0", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(0x08000000) = 1", Rule.FLASH_LOCKED),
        ("R32(0x1FF00000)", Rule.LOCKUP),
    ],
)  # fmt: skip
def test_one_wrong_access_is_refused(
    boot_on: Boot, board: str, fault: str, rule: Rule | None
) -> None:
    if rule is None:
        rule = {
            "RCC_CORE_DIV = 4u << 4": {"h743": Rule.VOLTAGE_RANGE}.get(board),
            "PWR_VOS = 1u << 14": {"h743": Rule.VOS0_BOOST}.get(board, Rule.VOLTAGE_RANGE),
            "RCC_UART_CLOCK = 4; put('x')": Rule.CLOCK_TREE if board == "h7a3" else Rule.BAUD_ERROR,
        }[fault]
    source = HELLO.replace("FAULT", fault)
    source = "void hard_fault(void) { R32(0x1FF00000); }" + source
    machine = boot_on(board, source, f"BANK={0 if board == 'h743' else 0x4000}")
    if rule is None:
        run_to_ok(machine)
    else:
        assert_broken(machine, rule)


def test_the_second_sram_of_the_h7a3_has_a_clock_of_its_own(boot_on: Boot) -> None:
    source = """
    volatile uint32_t result;
    void reset(void) {
        enable(AHB2ENR, 29); enable(AHB2ENR, 30);
        R32(0x3000FFFC) = 1; R32(0x30010000) = 2; R32(0x3001FFFC) = 3;
        result = R32(0x3000FFFC) + R32(0x30010000) + R32(0x3001FFFC);
        R32(RCC + AHB2ENR) &= ~(1u << 30);
        R32(0x3000FFFC);
        R32(0x30010000);
        for (;;) {}
    }
    """
    machine = boot_on("h7a3", source)
    error = assert_broken(machine, Rule.MEMORY_CLOCK_OFF)
    assert "AHB SRAM2" in error.detail
    assert error.address == 0x3001_0000
    assert variable(machine, "result") == 6


def test_the_dwt_counts_once_unlocked(boot_on: Boot) -> None:
    source = """
    volatile uint32_t locked, open, count;
    void reset(void) {
        DEMCR = 1u << 24; locked = R32(0xE0001FB4);
        DWT_LAR = 0xC5ACCE55; open = R32(0xE0001FB4);
        DWT_CYCCNT = 0; DWT_CTRL |= 1;
        wait_turns(100); count = DWT_CYCCNT;
        for (;;) {}
    }
    """
    machine = boot_on("h743", source)
    machine.run(0.001)
    assert (variable(machine, "locked"), variable(machine, "open")) == (3, 1)
    assert 100 < variable(machine, "count") < 2000
