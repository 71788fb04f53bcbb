# SPDX-License-Identifier: Apache-2.0
"""The Cortex-M4: its identity, exceptions, faults and cycle estimates."""

from __future__ import annotations

import pytest

from hil.virtual.cpu.cycles import CORTEX_M4
from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable


def test_identity(boot_on: Boot) -> None:
    machine = boot_on(
        "l475",
        """
        volatile uint32_t cpuid, ccr, vtor, device;
        void reset(void) {
            cpuid = R32(SCB); ccr = R32(SCB + 0x14); vtor = R32(SCB + 8); device = R32(0xE0042000);
            for (;;) {}
        }
        """,
    )
    machine.run(0.001)
    assert variable(machine, "cpuid") == 0x410F_C241
    assert variable(machine, "ccr") == 0x200
    assert variable(machine, "vtor") == 0
    assert variable(machine, "device") & 0xFFF == 0x415


def test_registers_survive_interrupts_on_both_stacks_with_and_without_floats(
    boot_on: Boot,
) -> None:
    """A loop works on integer and float registers while SysTick tramples on them."""
    machine = boot_on(
        "l475",
        """
        volatile uint32_t result, ticks, links, seed;
        volatile float noise;
        __attribute__((used)) void work(uint32_t link) {
            links |= 1u << (link >> 2 & 7u);
            if ((link & ~0x1Cu) != 0xFFFFFFE1u) { links |= 1u << 31; }
            if (++ticks % 3u == 0u) {
                noise = noise * 1.5f + 2.0f;
                __asm volatile("vmov s0, %0\\n vmov s5, %0\\n vmov s15, %0\\n vcmp.f32 s0, s0"
                               :: "r"(0x12345678) : "s0", "s5", "s15");
            }
            __asm volatile("movs r1, #9\\n movs r2, #9\\n movs r3, #9\\n mov r12, r3\\n cmp r1, #9"
                           ::: "r1", "r2", "r3", "r12", "cc");
        }
        __attribute__((naked)) void systick(void) { __asm volatile("mov r0, lr\\n b work"); }
        static uint32_t round_of(uint32_t seed) {
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
            R32(SYSTICK + 4) = 997; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
            for (volatile uint32_t i = 0; i < 2000; i++) { }
            fpu_begin();
            uint32_t want = round_of(seed);
            for (uint32_t i = 0; i < 50; i++) {
                if (round_of(seed) != want) { result = 2; for (;;) {} }
            }
            __asm volatile("msr psp, %0\\n movs r0, #6\\n msr control, r0\\n isb"
                           :: "r"(alternate_stack + 256) : "r0");
            for (uint32_t i = 0; i < 50; i++) {
                if (round_of(seed) != want) { result = 3; for (;;) {} }
            }
            result = 1;
            for (;;) {}
        }
        """,
    )
    machine.scb.write_cpacr(0xF << 20)  # The handler's compiler uses floats at any time.
    machine.run(0.5)
    assert variable(machine, "result") == 1
    assert variable(machine, "ticks") > 200
    # MSP with and without a float frame, PSP with one: EXC_RETURN bits 4 to 2.
    assert variable(machine, "links") == 1 << 0b110 | 1 << 0b010 | 1 << 0b011


def test_svc_pendsv_and_nesting_by_priority(boot_on: Boot) -> None:
    machine = boot_on(
        "l432",
        """
        volatile uint32_t trace[16], used;
        static void note(uint32_t what) { trace[used++] = what; }
        void svcall(void) { note(1); }
        void pendsv(void) { note(2); }
        void exti0(void) { note(10); R32(NVIC + 0x100) = 1u << 7; barrier(); note(11); }
        void exti1(void) { note(20); R32(SCB + 4) = 1u << 28; barrier(); note(21); }
        void reset(void) {
            R32(SCB + 0x20) = 0xF0u << 16;
            R8(NVIC + 0x300 + 6) = 0x80; R8(NVIC + 0x300 + 7) = 0x40;
            R32(NVIC) = 3u << 6;
            __asm volatile("svc 0");
            R32(NVIC + 0x100) = 1u << 6; barrier();
            note(30);
            for (;;) {}
        }
        """,
    )
    machine.run(0.01)
    start = machine.symbols.addresses["trace"]
    trace = [machine.core.word(start + 4 * i) for i in range(variable(machine, "used"))]
    assert trace == [1, 10, 20, 21, 11, 2, 30]


def test_interrupts_beyond_the_chips_are_refused(boot_on: Boot) -> None:
    source = "void reset(void) { R32(NVIC + 8) = 1u << 18; for (;;) {} }"
    assert_broken(boot_on("l475", source), Rule.UNMODELLED_REGISTER)
    boot_on("l432", source).run(0.001)


@pytest.mark.parametrize(
    ("code", "cfsr"),
    [
        ("udf 1", 1 << 16),
        (".inst.w 0xe8d10faf", 1 << 16),  # LDA r0, [r1]: ARMv8-M
        (".inst.w 0xe841f000", 1 << 16),  # TT r0, r1: ARMv8-M
        (".inst.w 0xfe800a20", 1 << 16),  # VMAXNM.F32: FPv5
    ],
)
def test_instructions_of_other_cores_are_usage_faults(boot_on: Boot, code: str, cfsr: int) -> None:
    machine = boot_on(
        "l475",
        f"""
        volatile uint32_t result;
        void usage_fault(void) {{ result = R32(SCB + 0x28); for (;;) {{}} }}
        void reset(void) {{
            fpu_begin(); R32(SCB + 0x24) = 1u << 18;
            __asm volatile("{code}" ::: "r0");
            for (;;) {{}}
        }}
        """,
    )
    machine.run(0.001)
    assert variable(machine, "result") == cfsr


def test_msplim_is_refused_with_its_source_line(boot_on: Boot) -> None:
    source = """
    void reset(void) {
        for (volatile uint32_t i = 0; i < 3; i++) { }
        __asm volatile("nop\\n nop");
        \n#line 77 "place.c"
        __asm volatile(".inst.w 0xf380880a");
        for (;;) {}
    }
    """
    error = assert_broken(boot_on("l475", source), Rule.ILLEGAL_INSTRUCTION, "place.c:77")
    assert "ARMv7-M" in error.detail


def test_a_stack_that_leaves_the_ram_is_refused(boot_on: Boot) -> None:
    source = """
    volatile uint32_t sink;
    __attribute__((noinline)) uint32_t deep(uint32_t n) {
        volatile uint32_t local[16];
        local[n & 15u] = n;
        return n == 0 ? local[0] : deep(n - 1u) + local[n & 15u];
    }
    void reset(void) { sink = deep(200); for (;;) {} }
    """
    assert_broken(boot_on("l475", source), Rule.STACK_OVERFLOW)


@pytest.mark.parametrize(
    ("code", "cycles"),
    [
        ("adds r0, r0, #1\\n adds r0, r0, #1", 2),
        ("ldr r0, [r4]", 2),
        ("ldr r0, [r4]\\n adds r0, r0, #1", 3),
        ("ldr r0, [r4]\\n ldr r1, [r4]", 3),
        ("str r0, [r4]\\n ldr r1, [r4]", 2),
        ("ldrd r0, r1, [r4]", 3),
        ("ldm r4, {r0, r1, r2}", 4),
        ("smlad r0, r1, r2, r3", 1),
        ("b 1f\\n nop\\n 1: nop", 4),
    ],
)
def test_cycle_estimates_follow_the_public_table(boot_on: Boot, code: str, cycles: int) -> None:
    """Run the code 0 and 10 times in a row; the difference is ten times its estimate."""
    totals = []
    for times in (0, 10):
        body = "\\n ".join([code] * times)
        machine = boot_on(
            "l475",
            f"""
            uint32_t words[8];
            __attribute__((naked, noinline, used)) void timed(void) {{
                __asm volatile("push {{r4, lr}}\\n ldr r4, =words\\n nop\\n {body}\\n"
                               "nop\\n pop {{r4, pc}}\\n .ltorg");
            }}
            void reset(void) {{ timed(); for (;;) {{}} }}
            """,
        )
        meter = machine.watch("timed")
        machine.run(0.001)
        totals.append(meter.cycles_estimated)
    pipelined = {"ldr r0, [r4]": -9, "ldr r0, [r4]\\n ldr r1, [r4]": -9}
    pipelined["str r0, [r4]\\n ldr r1, [r4]"] = 0
    assert totals[1] - totals[0] == 10 * cycles + pipelined.get(code, 0)
    assert CORTEX_M4.branch_taken == 2
