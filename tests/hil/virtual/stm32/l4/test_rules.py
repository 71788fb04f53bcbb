# SPDX-License-Identifier: Apache-2.0
"""Each rule of the virtual L4 and L4+: the right program runs, the same with one fault stops."""

from __future__ import annotations

import pytest

from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.hello import HELLO, run_to_ok
from tests.hil.virtual.images import L4_BOARDS


@pytest.mark.parametrize(
    ("board", "hclk_hz"), [("l475", 80_000_000), ("l432", 80_000_000), ("l4r5", 120_000_000)]
)
def test_a_correct_program_runs(boot_on: Boot, board: str, hclk_hz: int) -> None:
    machine = boot_on(board, HELLO, "FAULT=")
    run_to_ok(machine)
    assert machine.rcc.hclk_hz == hclk_hz


@pytest.mark.parametrize("board", L4_BOARDS)
@pytest.mark.parametrize(
    ("defines", "rule"),
    [
        (("WAIT_STATES=3",), Rule.FLASH_WAIT_STATES),
        (("WAIT_STATES=6",), Rule.FLASH_WAIT_STATES),
        (("VOS=2",), Rule.VOLTAGE_RANGE),
        (("VOS=3",), Rule.VOLTAGE_RANGE),
        (("PLL_N=7",), Rule.CLOCK_TREE),
        (("PLL_N=50",), Rule.CLOCK_TREE),
        (("PLL_M=8",), Rule.CLOCK_TREE),
        (("PLL_R=8", "PLL_N=8", "WAIT_STATES=1"), Rule.BAUD_ERROR),
        (("NO_HSI_WAIT",), Rule.CLOCK_TREE),
        (("NO_PLL_WAIT",), Rule.CLOCK_TREE),
        (("NO_PLLREN",), Rule.CLOCK_TREE),
        (("BRR_VALUE=(UART_BRR*97/100)",), Rule.BAUD_ERROR),
        (("BRR_VALUE=15",), Rule.BAUD_ERROR),
    ],
)
def test_start_up_with_one_wrong_setting_is_refused(
    boot_on: Boot, board: str, defines: tuple[str, ...], rule: Rule
) -> None:
    if board == "l4r5" and defines == ("PLL_N=50",):
        defines = ("PLL_N=90",)  # 8 MHz into the VCO
    assert_broken(boot_on(board, HELLO, "FAULT=", *defines), rule, "chip.h")


@pytest.mark.parametrize(
    ("defines", "rule"),
    [
        (("NO_BOOST",), Rule.RANGE1_BOOST),
        (("NO_HALVING",), Rule.RANGE1_BOOST),
        (("NO_HALF_WAIT",), Rule.RANGE1_BOOST),
        (("WAIT_STATES=4",), Rule.FLASH_WAIT_STATES),
        (("PLL_N=31",), Rule.VOLTAGE_RANGE),
        (("PLL_M=1", "PLL_N=15"), Rule.CLOCK_TREE),
        (("NO_IOSV",), Rule.IO_SUPPLY),
    ],
)
def test_boost_mode_and_vddio2_of_the_l4_plus(
    boot_on: Boot, defines: tuple[str, ...], rule: Rule
) -> None:
    assert_broken(boot_on("l4r5", HELLO, "FAULT=", *defines), rule, "chip.h")


@pytest.mark.parametrize(
    ("board", "wait_states", "fits"),
    [("l475", 2, False), ("l475", 3, True), ("l4r5", 1, False), ("l4r5", 2, True)],
)
def test_wait_states_in_range_2(boot_on: Boot, board: str, wait_states: int, fits: bool) -> None:
    """MSI at 24 MHz, the fastest clock of range 2."""
    machine = boot_on(
        board,
        """
        volatile uint32_t result;
        void reset(void) {
            enable(APB1ENR1, 28);
            PWR_CR1 = 2u << 9;
            FLASH_ACR = WAIT_STATES;
            (void)FLASH_ACR;
            RCC_CR = (RCC_CR & ~0xF0u) | 9u << 4 | 1u << 3;
            while (!(RCC_CR & 2u)) { }
            result = 1;
            for (;;) { __asm volatile("dsb; wfi; isb"); }
        }
        """,
        f"WAIT_STATES={wait_states}",
    )
    if not fits:
        assert_broken(machine, Rule.FLASH_WAIT_STATES, "reset")
        return
    machine.run(0.001)
    assert variable(machine, "result") == 1
    assert (machine.rcc.hclk_hz, machine.pwr.voltage_range) == (24_000_000, 2)


COMMON_FAULTS = [
    ("R32(0x48000800)", Rule.CLOCK_OFF),
    ("R32(DMA1)", Rule.CLOCK_OFF),
    ("__asm volatile(\"ldr r0,=0x4002104C\\n ldr r1,=0x48000800\\n b 1f\\n 1: ldr r2,[r0]\\n"
     " orr r2,r2,#4\\n str r2,[r0]\\n str r2,[r1]\" ::: \"r0\", \"r1\", \"r2\")",
     Rule.CLOCK_SETTLING),
    ("DWT_CYCCNT", Rule.CLOCK_OFF),
    ("R32(0x40000000)", Rule.UNMODELLED_REGISTER),
    ("R32(0x42000000)", Rule.UNMODELLED_REGISTER),
    ("RCC_CFGR |= 1u << 24", Rule.UNMODELLED_REGISTER),
    ("RCC_CR |= 1u << 16", Rule.UNMODELLED_REGISTER),
    ("RCC_PLLCFGR ^= 1u << 12", Rule.WRITE_PROTECTED_REGISTER),
    ("RCC_PLLCFGR &= ~(1u << 24)", Rule.CLOCK_TREE),
    ("RCC_CR &= ~(1u << 24)", Rule.CLOCK_TREE),
    ("RCC_CR &= ~(1u << 8)", Rule.CLOCK_TREE),
    ("RCC_CFGR = 2", Rule.CLOCK_TREE),
    ("FLASH_ACR = 0x703", Rule.FLASH_WAIT_STATES),
    ("FLASH_ACR |= 1u << 11", Rule.WRITE_PROTECTED_REGISTER),
    ("PWR_CR1 = 2u << 9", Rule.VOLTAGE_RANGE),
    ("R32(0x08010000) = 0", Rule.FLASH_LOCKED),
    ("R32(FLASH_R + 0x14) = 1", Rule.FLASH_LOCKED),
    ("R32(FLASH_R + 0x08) = 0x12345678", Rule.FLASH_LOCKED),
    ("R32(UART + 0x0C) = 100", Rule.WRITE_PROTECTED_REGISTER),
    ("R32(IWDG + 8) = 10", Rule.WRITE_PROTECTED_REGISTER),
    ("R32(IWDG) = 0x5555; R32(IWDG + 4) = 8", Rule.UNMODELLED_REGISTER),
    ("R32(IWDG) = 0x5555; R32(IWDG + 8) = 10; R32(IWDG) = 0xCCCC; for (;;) {}",
     Rule.WATCHDOG_RESET),
    ("__asm volatile(\"ldr r0,=0x20000000\\n msr msplim,r0\" ::: \"r0\")",
     Rule.ILLEGAL_INSTRUCTION),
    ("__asm volatile(\"mrs r0,psplim\" ::: \"r0\")", Rule.ILLEGAL_INSTRUCTION),
    ("CPACR = 0; barrier(); __asm volatile(\"vmov.f32 s0, #1.0\")", Rule.FPU_DISABLED),
]  # fmt: skip


@pytest.mark.parametrize("board", L4_BOARDS)
@pytest.mark.parametrize(("fault", "rule"), COMMON_FAULTS)
def test_one_wrong_access_is_refused(boot_on: Boot, board: str, fault: str, rule: Rule) -> None:
    fault = fault.replace("msr msplim,r0", ".inst.w 0xf380880a").replace(
        "mrs r0,psplim", ".inst.w 0xf3ef800b"
    )
    machine = boot_on(board, HELLO.replace("FAULT", fault))
    assert_broken(machine, rule)
    assert variable(machine, "result") != 1


@pytest.mark.parametrize(
    ("board", "fault", "rule"),
    [
        ("l475", "pin(GPIOB, 6, 8); put('x')", Rule.PIN_FUNCTION),
        ("l475", "R32(GPIOB) = 0xFFFFFEBF; put('x')", Rule.PIN_FUNCTION),
        ("l475", "R32(RCC + AHB2ENR) = 0; put('x')", Rule.PIN_FUNCTION),
        ("l432", "pin(GPIOA, 2, 8); put('x')", Rule.PIN_FUNCTION),
        ("l4r5", "PWR_CR2 = 0; put('x')", Rule.IO_SUPPLY),
        ("l4r5", "PWR_CR5 = 1u << 8", Rule.RANGE1_BOOST),
        ("l4r5", "RCC_CFGR = 0", Rule.RANGE1_BOOST),
        ("l4r5", "R32(DMAMUX)", Rule.CLOCK_OFF),
        ("l475", "PWR_CR5", Rule.UNMODELLED_REGISTER),
        ("l432", "PWR_CR2 = 1u << 9", Rule.UNMODELLED_REGISTER),
        ("l432", "R32(GPIOG)", Rule.UNMODELLED_REGISTER),
        ("l475", "R32(DMAMUX)", Rule.UNMODELLED_REGISTER),
        ("l475", "R32(UART + 0x2C)", Rule.UNMODELLED_REGISTER),
        ("l475", "R32(UART) = 0; R32(UART) = 1u << 29", Rule.UNMODELLED_REGISTER),
        ("l4r5", "R32(UART) = 0; R32(UART) = 1u << 15", Rule.UNMODELLED_REGISTER),
    ],
)
def test_what_one_line_alone_refuses(boot_on: Boot, board: str, fault: str, rule: Rule) -> None:
    assert_broken(boot_on(board, HELLO.replace("FAULT", fault)), rule)


def test_vddio2_withdrawn_later_is_noticed_even_after_good_bytes(boot_on: Boot) -> None:
    machine = boot_on("l4r5", HELLO.replace("FAULT", "put('y'); PWR_CR2 = 0; put('x')"))
    error = assert_broken(machine, Rule.IO_SUPPLY)
    assert "VDDIO2" in error.detail and "PG7" in error.detail


@pytest.mark.parametrize("board", L4_BOARDS)
@pytest.mark.parametrize(
    "harmless",
    [
        "enable(AHB2ENR, 7); R32(0x48001C00)",
        "R32(IWDG) = 0x5555; R32(IWDG + 8) = 0xFFF; R32(IWDG) = 0xCCCC; R32(IWDG) = 0xAAAA",
        "R32(0xE0042008) |= 1u << 12",
        "R32(RCC + 0x94) |= 1u << 23",
        "FLASH_ACR &= ~(1u << 9); FLASH_ACR |= 1u << 11; FLASH_ACR &= ~(1u << 11)",
        "__asm volatile(\"yield\\n wfe\\n sev\\n nop\")",
    ],
)  # fmt: skip
def test_the_right_way_passes(boot_on: Boot, board: str, harmless: str) -> None:
    run_to_ok(boot_on(board, HELLO.replace("FAULT", harmless)))


def test_back_from_boost_in_two_steps(boot_on: Boot) -> None:
    """Divide by two, leave 120 MHz for HSI16, then boost mode may end."""
    quiet = "while (!(R32(UART + 0x1C) & 1u << 6)) { }"
    slow = f"{quiet}; RCC_CFGR = 8u << 4 | 3; RCC_CFGR = 8u << 4 | 1; RCC_CFGR = 1"
    pll_off = "RCC_CR &= ~(1u << 24)"
    normal = "PWR_CR5 = 1u << 8"
    machine = boot_on("l4r5", HELLO.replace("FAULT", f"{slow}; {normal}"))
    assert_broken(machine, Rule.RANGE1_BOOST)  # the PLL still gives 120 MHz
    machine = boot_on("l4r5", HELLO.replace("FAULT", f"{slow}; {pll_off}; {normal}"))
    machine.run(0.01)
    assert variable(machine, "result") == 1
    assert machine.rcc.hclk_hz == 16_000_000
