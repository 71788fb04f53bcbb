# SPDX-License-Identifier: Apache-2.0
"""Interrupts, system calls, faults: entry, frames, priorities, return, escalation."""

from __future__ import annotations

import pytest

from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable

SLEEP = 'for (;;) { __asm volatile("dsb; wfi; isb"); }'


def test_systick_interrupts_at_its_period(boot: Boot) -> None:
    machine = boot(
        f"""
        volatile uint32_t ticks;
        void systick(void) {{ ticks++; }}
        void reset(void) {{
            clock_begin();
            R32(SYSTICK + 4) = 159999; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
            {SLEEP}
        }}
        """
    )
    machine.run(0.0105)
    assert variable(machine, "ticks") == 10
    before = machine.instructions
    machine.run(1.0)
    assert variable(machine, "ticks") == 1010
    assert machine.instructions - before < 20_000  # asleep in between


def test_all_registers_survive_an_interrupt_that_uses_them_all(boot: Boot) -> None:
    """A loop works on integer and float registers, flags and psp while SysTick tramples on them."""
    machine = boot(
        """
        volatile uint32_t result, ticks;
        volatile float noise;
        void systick(void) {
            ticks++;
            noise = noise * 1.5f + 2.0f;
            __asm volatile("vmov s0, %0\\n vmov s5, %0\\n vmov s15, %0\\n movs r0, #9\\n"
                           "movs r1, #9\\n movs r2, #9\\n movs r3, #9\\n mov r12, r3\\n"
                           "cmp r0, #9\\n vcmp.f32 s0, s0\\n"
                           "vmrs APSR_nzcv, fpscr"
                           :: "r"(0x12345678) : "s0", "s5", "s15", "r0", "r1", "r2", "r3", "r12");
        }
        static uint32_t round(uint32_t seed) {
            float f = (float)(seed & 1023u);
            uint32_t a = seed, b = 7, c = 0;
            for (uint32_t i = 0; i < 400; i++) {
                f = f * 0.5f + 3.25f;
                a = a * 1664525u + 1013904223u;
                b ^= a >> 7;
                c += (b & 1u) ? a : ~a;
                if (f > 6.0f) { c ^= 0x55u; }
            }
            return a ^ b ^ c ^ (uint32_t)(f * 1000.0f);
        }
        uint32_t alternate_stack[256];
        void reset(void) {
            fpu_begin(); clock_begin();
            uint32_t want = round(1);
            R32(SYSTICK + 4) = 997; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
            for (uint32_t i = 0; i < 100; i++) {
                if (round(1) != want) { result = 2; for (;;) {} }
            }
            __asm volatile("msr psp, %0\\n movs r0, #2\\n msr control, r0\\n isb"
                           :: "r"(alternate_stack + 256) : "r0");
            for (uint32_t i = 0; i < 100; i++) {
                if (round(1) != want) { result = 3; for (;;) {} }
            }
            result = 1;
            for (;;) {}
        }
        """
    )
    machine.run(0.02)
    assert variable(machine, "result") == 1
    assert variable(machine, "ticks") > 500


def test_svc_pendsv_and_nesting_by_priority(boot: Boot) -> None:
    """exti0 (low) is interrupted by exti1 (high), not the other way round."""
    machine = boot(
        """
        volatile uint32_t trace[16], used;
        static void note(uint32_t what) { trace[used++] = what; }
        void svcall(void) { note(1); }
        void pendsv(void) { note(2); }
        void exti0(void) { note(10); R32(NVIC + 0x100) = 1u << 12; barrier(); note(11); }
        void exti1(void) { note(20); R32(NVIC + 0x100) = 1u << 11; barrier(); note(21); }
        void reset(void) {
            R32(SCB + 0x20) = 0xF0u << 16;              /* PendSV last */
            R8(NVIC + 0x300 + 11) = 0x80; R8(NVIC + 0x300 + 12) = 0x40;
            R32(NVIC) = 3u << 11;
            __asm volatile("svc 0");
            R32(NVIC + 0x100) = 1u << 11; barrier();
            note(30);
            __asm volatile("cpsid i");
            R32(SCB + 4) = 1u << 28; barrier();
            note(31);
            __asm volatile("cpsie i\\n isb");
            note(32);
            for (;;) {}
        }
        """
    )
    machine.run(0.01)
    start = machine.symbols.addresses["trace"]
    trace = [machine.core.word(start + 4 * i) for i in range(variable(machine, "used"))]
    # exti1 pends exti0 while exti0 is active: it runs again after its return, and again pends
    # exti1, so the chain goes on; look at its beginning only.
    assert trace[:5] == [1, 10, 20, 21, 11]


def test_a_masked_interrupt_wakes_wfi_and_runs_after_cpsie(boot: Boot) -> None:
    machine = boot(
        """
        volatile uint32_t result, ticks, before;
        void systick(void) { ticks++; }
        void reset(void) {
            __asm volatile("cpsid i");
            R32(SYSTICK + 4) = 3999; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
            __asm volatile("dsb; wfi; isb");
            before = ticks + 100;
            __asm volatile("cpsie i\\n isb");
            result = ticks;
            for (;;) {}
        }
        """
    )
    machine.run(0.0015)
    assert variable(machine, "before") == 100
    assert variable(machine, "result") == 1


@pytest.mark.parametrize(
    "sleep", ["wfi; isb", "dsb; wfi", "dsb; ldr r0, [sp]; wfi; isb", "dsb; wfi; nop; isb"]
)
def test_wfi_without_its_barriers_is_refused(boot: Boot, sleep: str) -> None:
    machine = boot(f'void reset(void) {{ for (;;) {{ __asm volatile("{sleep}" ::: "r0"); }} }}')
    assert_broken(machine, Rule.WFI_BARRIERS)


FAULTING = """
volatile uint32_t cfsr, hfsr, bfar, frame_pc, which;
__attribute__((used)) static void note(uint32_t *frame, uint32_t number) {
    which = number; cfsr = R32(SCB + 0x28); hfsr = R32(SCB + 0x2C); bfar = R32(SCB + 0x38);
    frame_pc = frame[6];
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
#define HANDLER(name, number) __attribute__((naked)) void name(void) { \\
    __asm volatile("mov r0, sp\\n movs r1, #" #number "\\n b note"); }
HANDLER(hard_fault, 3)
HANDLER(bus_fault, 5)
HANDLER(usage_fault, 6)
void reset(void) { SETUP; ACT; for (;;) {} }
"""
ENABLE_FAULTS = "SETUP=R32(SCB + 0x24) = 7u << 16"


def test_an_unmapped_read_becomes_a_hard_fault(boot: Boot) -> None:
    machine = boot(FAULTING, "SETUP=", "ACT=R32(0x60000010)")
    machine.run(0.001)
    assert variable(machine, "which") == 3
    assert variable(machine, "cfsr") == 1 << 9 | 1 << 15  # PRECISERR, BFARVALID
    assert variable(machine, "hfsr") == 1 << 30  # FORCED
    assert variable(machine, "bfar") == 0x6000_0010
    assert "reset" in (machine.symbols.line_at(variable(machine, "frame_pc")) or "")


def test_with_shcsr_it_is_a_bus_fault(boot: Boot) -> None:
    machine = boot(FAULTING, ENABLE_FAULTS, "ACT=R32(0x60000010)")
    machine.run(0.001)
    assert variable(machine, "which") == 5
    assert variable(machine, "hfsr") == 0


def test_an_undefined_instruction_is_a_usage_fault(boot: Boot) -> None:
    machine = boot(FAULTING, ENABLE_FAULTS, 'ACT=__asm volatile("udf 1")')
    machine.run(0.001)
    assert variable(machine, "which") == 6
    assert variable(machine, "cfsr") == 1 << 16


def test_division_by_zero_traps_only_when_asked(boot: Boot) -> None:
    act = "ACT=volatile uint32_t z = 0; volatile uint32_t q = 5u / z; which = q + 9u"
    machine = boot(FAULTING, ENABLE_FAULTS, act)
    machine.run(0.001)
    assert variable(machine, "which") == 9
    machine = boot(FAULTING, ENABLE_FAULTS + "; R32(SCB + 0x14) |= 1u << 4", act)
    machine.run(0.001)
    assert variable(machine, "which") == 6
    assert variable(machine, "cfsr") == 1 << 25


def test_a_branch_to_arm_state_is_a_usage_fault(boot: Boot) -> None:
    act = 'ACT=__asm volatile("ldr r0, =0x08000100\\n bx r0" ::: "r0")'
    machine = boot(FAULTING, ENABLE_FAULTS, act)
    machine.run(0.001)
    assert variable(machine, "which") == 6
    assert variable(machine, "cfsr") == 1 << 17


def test_a_fault_in_the_hard_fault_handler_locks_up(boot: Boot) -> None:
    machine = boot(
        "void hard_fault(void) { R32(0x60000000); }"
        "void reset(void) { R32(0x60000000); for (;;) {} }"
    )
    assert_broken(machine, Rule.LOCKUP, "hard_fault")


def test_a_system_reset_restarts_and_is_recorded(boot: Boot) -> None:
    machine = boot(
        """
        volatile uint32_t result;
        void reset(void) {
            if (!(R32(RCC + 0xF4) & 1u << 28)) { R32(SCB + 0x0C) = 0x05FA0004; }
            result = R32(RCC + 0xF4);
            for (;;) {}
        }
        """
    )
    machine.run(0.001)
    assert len(machine.resets) == 1
    assert variable(machine, "result") & (1 << 28)
