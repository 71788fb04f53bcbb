# SPDX-License-Identifier: Apache-2.0
"""Each rule that firmware can break: a program that keeps it runs, with one fault it stops."""

from __future__ import annotations

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, break_rule, variable
from tests.hil.virtual.hello import HELLO, run_to_ok


def test_a_correct_program_runs(boot: Boot) -> None:
    machine = boot(HELLO, "FAULT=")
    run_to_ok(machine)
    assert machine.rcc.hclk_hz == 160_000_000


@pytest.mark.parametrize(
    ("defines", "rule"),
    [
        (("WAIT_STATES=3",), Rule.FLASH_WAIT_STATES),
        (("NO_ACR_READ",), Rule.FLASH_WAIT_STATES),
        (("VOS=2",), Rule.VOLTAGE_RANGE),
        (("NO_BOOSTER",), Rule.EPOD_BOOSTER),
        (("PLL_N=81",), Rule.VOLTAGE_RANGE),
        (("PLL_N=20",), Rule.CLOCK_TREE),
        (("BRR_VALUE=170",), Rule.BAUD_ERROR),
        (("BRR_VALUE=15",), Rule.BAUD_ERROR),
    ],
)
def test_start_up_with_one_wrong_setting_is_refused(
    boot: Boot, defines: tuple[str, ...], rule: Rule
) -> None:
    assert_broken(boot(HELLO, "FAULT=", *defines), rule, "chip.h")


def test_baud_within_two_percent_passes(boot: Boot) -> None:
    run_to_ok(boot(HELLO, "FAULT=", "BRR_VALUE=171"))  # +1.5 %


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("R32(GPIOB)", Rule.CLOCK_OFF),
        ("R32(GPDMA1 + 0x60)", Rule.CLOCK_OFF),
        ("DWT_CYCCNT", Rule.CLOCK_OFF),
        ("R32(RCC + 0x8C) |= 2; R32(GPIOB) = 0", Rule.CLOCK_SETTLING),
        ("R32(0x40000000)", Rule.UNMODELLED_REGISTER),
        ("R32(USART1 + 0x30)", Rule.UNMODELLED_REGISTER),
        ("R32(USART1 + 0x08) = 1u << 8", Rule.UNMODELLED_REGISTER),
        ("R8(RCC + 0x100)", Rule.UNMODELLED_REGISTER),
        ("R8(FLASH_R)", Rule.REGISTER_ACCESS_SIZE),
        ("R32(USART1 + 0x0C) = 100", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(RCC + 0x34) = 0x01010281", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(RCC) &= ~(1u << 24)", Rule.CLOCK_TREE),
        ("R32(RCC + 0x1C) = 1", Rule.CLOCK_TREE),
        ("R32(PWR + 0x0C) &= ~(1u << 18)", Rule.EPOD_BOOSTER),
        ("R32(PWR + 0x0C) = 2u << 16 | 1u << 18", Rule.VOLTAGE_RANGE),
        ("R32(FLASH_R) = 3", Rule.FLASH_WAIT_STATES),
        ("R32(0x08100000) = 0", Rule.FLASH_LOCKED),
        ("R32(FLASH_R + 0x28) = 1", Rule.FLASH_LOCKED),
        ("R32(FLASH_R + 0x08) = 0x12345678", Rule.FLASH_LOCKED),
        ("R32(GPIOA + 0x24) = 0x00000780; put('x')", Rule.PIN_FUNCTION),
        ("R32(GPIOA) = 0xABFFFFFF; put('x')", Rule.PIN_FUNCTION),
        ("R32(RCC + 0x8C) &= ~1u; put('x')", Rule.PIN_FUNCTION),
        ("R32(ICACHE) |= 2; R32(ICACHE) |= 1", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(ICACHE) |= 2; R32(ICACHE) |= 2", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(ICACHE) |= 1; R32(ICACHE) &= ~1u; R32(ICACHE) |= 1", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(IWDG) = 0x1234", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(IWDG + 0x08) = 10", Rule.WRITE_PROTECTED_REGISTER),
        ("R32(IWDG) = 0x5555; R32(IWDG + 8) = 10; R32(IWDG) = 0xCCCC; for (;;) {}",
         Rule.WATCHDOG_RESET),
        ("R32(SCB + 0x10) = 4", Rule.MODE_UNMODELLED),
        ("R32(USART1 + 0x28) = 1; R32(USART1 + 0x28) = 2; R32(USART1 + 0x28) = 3",
         Rule.UART_OVERRUN),
        ("CPACR = 0; barrier(); __asm volatile(\"vmov.f32 s0, #1.0\")", Rule.FPU_DISABLED),
    ],
)  # fmt: skip
def test_one_wrong_access_is_refused(boot: Boot, fault: str, rule: Rule) -> None:
    machine = boot(HELLO.replace("FAULT", fault))
    assert_broken(machine, rule)
    assert variable(machine, "result") != 1


@pytest.mark.parametrize(
    "harmless",
    [
        "enable(0x8C, 1); R32(GPIOB)",
        'R32(RCC + 0x8C) |= 2; barrier(); __asm volatile("nop\\n nop"); R32(GPIOB)',
        "DEMCR |= 1u << 24; DWT_CTRL |= 1; DWT_CYCCNT = 0",
        "R32(IWDG) = 0x5555; R32(IWDG + 8) = 0xFFF; R32(IWDG) = 0xCCCC; R32(IWDG) = 0xAAAA",
        "R32(IWDG) = 0xCCCC; R32(IWDG) = 0x5555; R32(IWDG + 4) = 1; R32(IWDG + 8) = 0xFFF;"
        "while (R32(IWDG + 0xC)) {} R32(IWDG) = 0xAAAA",
        "R8(GPIOA + 0x24)",
        "while (R32(ICACHE + 4) & 1) {} R32(ICACHE) |= 1; R32(ICACHE) |= 2",
        "R32(ICACHE) |= 2; while (R32(ICACHE + 4) & 1) {} R32(ICACHE) |= 1; R32(ICACHE) &= ~1u",
        '__asm volatile("yield\\n wfe\\n sev\\n nop")',
    ],
)
def test_the_right_way_passes(boot: Boot, harmless: str) -> None:
    machine = boot(HELLO.replace("FAULT", harmless))
    run_to_ok(machine)


def test_a_broken_rule_names_address_pc_and_line(boot: Boot) -> None:
    source = HELLO.replace("FAULT", '\n#line 77 "place.c"\nR32(0x40000004) = 5')
    error = assert_broken(boot(source), Rule.UNMODELLED_REGISTER, "place.c:77")
    assert error.address == 0x4000_0004
    assert error.pc is not None and error.pc >= 0x0800_0000


def test_the_watchdogs_values_do_not_arrive_before_it_is_started(boot: Boot) -> None:
    wait = "R32(IWDG) = 0x5555; R32(IWDG + 8) = 0xFF; while (R32(IWDG + 0xC)) wait_between_looks()"
    machine = boot(HELLO.replace("FAULT", wait))
    machine.run(0.01)
    assert variable(machine, "result") == 0


def test_a_watchdogs_reset_shows_in_the_reset_flags(boot: Boot) -> None:
    machine = boot(HELLO.replace("FAULT", "R32(IWDG) = 0xCCCC; for (;;) {}"))
    assert break_rule(machine, 1.0).rule is Rule.WATCHDOG_RESET
    machine.reset()
    assert machine.rcc.reset_flags & 1 << 29


def test_a_broken_machine_stays_broken_until_reset(boot: Boot) -> None:
    machine = boot(HELLO.replace("FAULT", "R32(0x40000000)"))
    first = assert_broken(machine, Rule.UNMODELLED_REGISTER)
    assert assert_broken(machine, Rule.UNMODELLED_REGISTER) is first
    machine.reset()
    machine.run(0.0001)
    assert machine.broken_rule is None


def test_bytes_unread_overrun(boot: Boot) -> None:
    machine = boot(HELLO.replace("FAULT", ""))
    run_to_ok(machine)
    machine.send(b"a")
    machine.run(0.001)
    machine.send(b"b")
    assert_broken(machine, Rule.UART_OVERRUN)


def test_the_host_at_another_baud_rate_is_noticed(boot: Boot) -> None:
    machine = boot(HELLO.replace("FAULT", ""))
    machine.line.baud = 115_200
    assert_broken(machine, Rule.BAUD_ERROR)


def test_bytes_before_the_receiver_is_on_are_lost(boot: Boot) -> None:
    machine = boot(HELLO.replace("FAULT", ""))
    machine.send(b"x")
    run_to_ok(machine)
    assert machine.line.bytes_lost == 1


def test_a_blank_chip_locks_up(machine: Machine) -> None:
    machine.core.flash_bytes[:] = 0xFF
    machine.power_on()
    assert break_rule(machine).rule is Rule.LOCKUP


RECURSION = """
volatile uint32_t result, sink;
__attribute__((noinline)) uint32_t deep(uint32_t n) {
    volatile uint32_t local[16];
    local[n & 15u] = n;
    return n == 0 ? local[0] : deep(n - 1u) + local[n & 15u];
}
void reset(void) {
    LIMIT;
    sink = deep(DEPTH);
    result = 1;
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""
MSPLIM = 'LIMIT=__asm volatile("ldr r0,=0x20000000\\n msr msplim,r0" ::: "r0")'


def test_deep_calls_within_the_stack_pass(boot: Boot) -> None:
    machine = boot(RECURSION, MSPLIM, "DEPTH=20")
    machine.run(0.01)
    assert variable(machine, "result") == 1


@pytest.mark.parametrize("limit", [MSPLIM, "LIMIT="])
def test_stack_overflow_is_refused_with_and_without_msplim(boot: Boot, limit: str) -> None:
    """Without MSPLIM the overflow leaves RAM, or meets the image's own limit first."""
    machine = boot(RECURSION.replace("LIMIT;", "LIMIT; __asm volatile(\"sub sp, #8\");"),
                   limit, "DEPTH=200")  # fmt: skip
    error = assert_broken(machine, Rule.STACK_OVERFLOW)
    assert error.address is not None


def test_the_stack_limit_of_the_image_holds_without_msplim(boot: Boot) -> None:
    """The stack is moved to the middle of RAM, where an overflow would hit valid memory."""
    machine = boot(RECURSION.replace("LIMIT;", ""), "DEPTH=200")
    machine.symbols.addresses["__stack_limit"] = 0x2000_0800
    machine.reset()
    error = assert_broken(machine, Rule.STACK_OVERFLOW, "deep")
    assert error.address is not None and error.address < 0x2000_0800


ALIGNMENT = """
volatile uint32_t result;
volatile uint32_t offset __attribute__((section(".sram4")));  /* the test sets it */
uint32_t words[8];
void reset(void) {
    uint32_t at = (uint32_t)words + offset;
    (void)at;
    ACCESS;
    result = 1;
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""


def asm(code: str) -> str:
    return (
        f'ACCESS=fpu_begin(); __asm volatile("mov r4, %0\\n {code}" :: "r"(at) :'
        ' "r0","r1","r2","r3","r4","r5","memory")'
    )


def boot_at_offset(boot: Boot, code: str, offset: int) -> Machine:
    """Boot an image whose access is `offset` bytes after a word."""
    machine = boot(ALIGNMENT, asm(code))
    cell = machine.core.memory(machine.symbols.addresses["offset"], 4)
    assert cell is not None
    cell[:] = (offset, 0, 0, 0)
    return machine


MULTIWORD = [
    "ldrd r0, r1, [r4]",
    "ldrd r0, r1, [r4], #8",
    "strd r0, r1, [r4, #4]",
    "ldm r4, {r0, r1}",
    "ldm r4!, {r0, r1}",
    "stm r4!, {r0, r1}",
    "ldmdb r4, {r0, r1, r2}",
    "ldm.w r4, {r0, r1}",
    "vldr s0, [r4]",
    "vstr s0, [r4, #4]",
    "vldr d0, [r4]",
    "vldm r4, {s0-s3}",
    "vstmia r4!, {s0-s3}",
    "ldrex r0, [r4]",
    "lda r0, [r4]",
    # The base changes before, after, or by the access itself.
    "adds r4, r4, #4\\n ldrd r0, r1, [r4]",
    "mov r5, r4\\n ldrd r0, r1, [r5, #4]",
    "str r4, [sp, #-8]!\\n ldr r5, [sp], #8\\n ldrd r0, r1, [r5]",
    "str r4, [sp, #-8]!\\n ldr r5, [sp], #8\\n ldrd r4, r5, [r5]",
    "str r4, [sp, #-8]!\\n ldr r5, [sp], #8\\n ldrd r0, r1, [r5]\\n movs r5, #0",
    "str r4, [sp, #-8]!\\n ldr r5, [sp], #8\\n ldrd r0, r1, [r5]\\n adds r5, r5, #1",
    "cmp r4, #0\\n it ne\\n ldrdne r0, r1, [r4]",
]


@pytest.mark.parametrize("code", MULTIWORD)
def test_aligned_multiword_accesses_pass(boot: Boot, code: str) -> None:
    machine = boot_at_offset(boot, code, 12)
    machine.run(0.001)
    assert variable(machine, "result") == 1


@pytest.mark.parametrize("offset", [1, 2, 3])
@pytest.mark.parametrize("code", MULTIWORD)
def test_unaligned_multiword_accesses_are_refused(boot: Boot, code: str, offset: int) -> None:
    machine = boot_at_offset(boot, code, 12 + offset)
    assert_broken(machine, Rule.UNALIGNED_MULTIWORD, "reset")


@pytest.mark.parametrize(
    "code",
    [
        "ldr r0, [r4]",
        "ldrh r0, [r4]",
        "str r0, [r4, #1]",
        "cmp r4, #0\\n it eq\\n ldrdeq r0, r1, [r4]",
        "subs r5, r4, #1\\n ldrd r0, r1, [r5]",
        "adds r4, r4, #3\\n ldrd r0, r1, [r4]",
    ],
)
def test_unaligned_single_words_and_corrected_bases_pass(boot: Boot, code: str) -> None:
    machine = boot_at_offset(boot, code, 13)
    machine.run(0.001)
    assert variable(machine, "result") == 1


def test_the_fpu_is_refused_without_cpacr_and_runs_with_it(boot: Boot) -> None:
    source = """
    volatile uint32_t result; volatile float x;
    void reset(void) {
        BEGIN; x = 1.5f; float y = x * x; result = (uint32_t)(y * 4.0f); for (;;) {}
    }
    """
    assert_broken(boot(source, "BEGIN="), Rule.FPU_DISABLED, "reset")
    machine = boot(source, "BEGIN=fpu_begin()")
    machine.run(0.001)
    assert variable(machine, "result") == 9
