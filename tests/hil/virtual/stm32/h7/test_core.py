# SPDX-License-Identifier: Apache-2.0
"""The Cortex-M7: its identity, code in instruction TCM, exceptions, faults, double precision."""

from __future__ import annotations

import pytest

from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.images import H7_BOARDS


@pytest.mark.parametrize(("board", "device"), [("h743", 0x2003_6450), ("h7a3", 0x1001_6480)])
def test_identity(boot_on: Boot, board: str, device: int) -> None:
    machine = boot_on(
        board,
        """
        volatile uint32_t cpuid, ccr, vtor, device, mvfr0, mpu;
        void reset(void) {
            cpuid = R32(SCB); ccr = CCR; vtor = R32(SCB + 8); device = DBGMCU_IDCODE;
            mvfr0 = R32(0xE000EF40); mpu = R32(0xE000ED90);
            for (;;) {}
        }
        """,
    )
    machine.run(0.001)
    assert variable(machine, "cpuid") & 0xFF0F_FFF0 == 0x410F_C270
    assert variable(machine, "ccr") == 0x0004_0200
    assert variable(machine, "vtor") == 0x0800_0000
    assert variable(machine, "device") == device
    assert variable(machine, "mvfr0") >> 8 & 15 == 2  # double precision
    assert variable(machine, "mpu") == 16 << 8


LOOP = """
volatile uint32_t result;
uint32_t words[8];
ITCM __attribute__((naked, used)) uint32_t tight(uint32_t n) {
    /* 2 + 3 n + 1 instructions */
    __asm volatile("movs r1, #0\\n nop\\n 1: adds r1, r1, #1\\n cmp r1, r0\\n bne 1b\\n bx lr");
}
__attribute__((noipa, naked, used)) uint32_t loose(uint32_t n) {
    __asm volatile("movs r1, #0\\n nop\\n 1: adds r1, r1, #1\\n cmp r1, r0\\n bne 1b\\n bx lr");
}
ITCM uint32_t many(uint32_t n) {
    uint32_t sum = 0;
    for (uint32_t i = 1; i <= n; i++) { sum += tight(i) + loose(i); }
    return sum;
}
"""


def test_code_in_tcm_counts_as_code_in_flash_does(boot_on: Boot) -> None:
    machine = boot_on("h743", LOOP + "void reset(void) { result = many(40); for (;;) {} }")
    meters = {name: machine.watch(name) for name in ("tight", "loose", "many")}
    machine.run(0.001)
    assert machine.symbols.addresses["tight"] < 0x1_0000
    assert variable(machine, "result") == 40 * 41
    for name in ("tight", "loose"):
        assert meters[name].per_call_instructions == [3 + 3 * n for n in range(1, 41)]
    assert meters["tight"].cycles_estimated == meters["loose"].cycles_estimated
    assert meters["many"].calls == 1
    assert meters["many"].instructions > 2 * sum(3 + 3 * n for n in range(1, 41))


def test_counts_in_tcm_do_not_depend_on_slices(boot_on: Boot) -> None:
    states = []
    for slice_cycles in (None, 97, 5_000):
        machine = boot_on("h743", LOOP + "void reset(void) { result = many(60); for (;;) {} }")
        machine.loop.slice_cycles = slice_cycles
        meter = machine.watch("many")
        machine.run(0.0005)
        states.append((machine.instructions, machine.core.cycles, meter.instructions))
    assert states == [states[0]] * 3


def test_code_in_tcm_that_changes_is_scanned_again(boot_on: Boot) -> None:
    """The same address holds one function, then a longer one of the same size in bytes."""
    machine = boot_on(
        "h743",
        """
        volatile uint32_t result;
        uint32_t words[2];
        __attribute__((naked, used, aligned(4))) void wide(void) {
            __asm volatile("mov.w r0, #5\\n mov.w r0, #6\\n bx lr\\n nop");
        }
        __attribute__((naked, used, aligned(4))) void narrow(void) {
            __asm volatile("movs r0, #1\\n nop\\n nop\\n nop\\n bx lr\\n nop");
        }
        static uint32_t call(void) { return ((uint32_t (*)(void))0x8001)(); }
        static void copy(void (*function)(void)) {
            const uint32_t *from = (const uint32_t *)((uint32_t)function & ~1u);
            for (uint32_t i = 0; i < 3; i++) { R32(0x8000 + 4 * i) = from[i]; }
            barrier();
        }
        void reset(void) {
            copy(wide); result = call(); copy(narrow); result = result * 16 + call();
            for (;;) {}
        }
        """,
    )
    machine.symbols.addresses["moved"] = 0x8001
    meter = machine.watch("moved")
    machine.run(0.001)
    assert variable(machine, "result") == 0x61
    assert meter.per_call_instructions == [3, 5]


@pytest.mark.parametrize("code", ["ldrd r2, r3, [r1]", "ldm r1, {r2, r3}", "vldr s0, [r1]"])
@pytest.mark.parametrize("offset", [0, 2])
def test_alignment_is_checked_in_tcm(boot_on: Boot, code: str, offset: int) -> None:
    machine = boot_on(
        "h743",
        f"""
        volatile uint32_t result, offset;
        uint32_t words[4];
        ITCM void act(uint32_t at) {{
            __asm volatile("mov r1, %0\\n cmp r1, #0\\n it ne\\n addne r1, r1, #0\\n {code}"
                           :: "r"(at) : "r1", "r2", "r3", "s0", "cc");
        }}
        void reset(void) {{
            fpu_begin(); act((uint32_t)words + offset + {offset}u); result = 1; for (;;) {{}}
        }}
        """,
    )
    if offset:
        assert_broken(machine, Rule.UNALIGNED_MULTIWORD, "act")
    else:
        machine.run(0.001)
        assert variable(machine, "result") == 1


def test_a_division_in_tcm_traps(boot_on: Boot) -> None:
    machine = boot_on(
        "h743",
        """
        volatile uint32_t result, zero;
        void usage_fault(void) { result = R32(SCB + 0x28); for (;;) {} }
        ITCM uint32_t divide(uint32_t a, uint32_t b) { return a / b; }
        void reset(void) {
            R32(SCB + 0x24) = 1u << 18; CCR |= 1u << 4;
            result = divide(10, 2) == 5; divide(1, zero);
            for (;;) {}
        }
        """,
    )
    machine.run(0.001)
    assert variable(machine, "result") == 1 << 25


@pytest.mark.parametrize("board", H7_BOARDS)
def test_double_precision_and_fpv5(boot_on: Boot, board: str) -> None:
    machine = boot_on(
        board,
        """
        volatile double third, seven;
        volatile float less;
        volatile uint32_t result;
        void reset(void) {
            fpu_begin();
            third = 1.0; third = third / 3.0; seven = third * 21.0;
            __asm volatile("vmov.f32 s1, #2.0\\n vmov.f32 s2, #1.0\\n vminnm.f32 %0, s1, s2"
                           : "=t"(less) :: "s1", "s2");
            result = (seven == 7.0) + 2u * (less == 1.0f);
            for (;;) {}
        }
        """,
    )
    machine.run(0.001)
    assert variable(machine, "result") == 3


def test_the_fpu_has_to_be_switched_on(boot_on: Boot) -> None:
    source = """
    volatile float value;
    void reset(void) { value = value * 2.0f; for (;;) {} }
    """
    assert_broken(boot_on("h7a3", source), Rule.FPU_DISABLED)


def test_interrupts_survive_code_in_tcm(boot_on: Boot) -> None:
    """SysTick tramples on registers while a loop works in TCM."""
    machine = boot_on(
        "h743",
        """
        volatile uint32_t result, ticks, seed;
        volatile float noise;
        void systick(void) {
            ticks++;
            noise = noise * 1.5f + 2.0f;
            __asm volatile("movs r1, #9\\n movs r2, #9\\n movs r3, #9\\n mov r12, r3\\n cmp r1, #9"
                           ::: "r1", "r2", "r3", "r12", "cc");
        }
        ITCM uint32_t round_of(uint32_t seed) {
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
        void reset(void) {
            fpu_begin();
            uint32_t want = round_of(seed);
            R32(SYSTICK + 4) = 997; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
            for (uint32_t i = 0; i < 50; i++) {
                if (round_of(seed) != want) { result = 2; for (;;) {} }
            }
            result = 1;
            for (;;) {}
        }
        """,
    )
    machine.run(0.05)
    assert variable(machine, "result") == 1
    assert variable(machine, "ticks") > 100


@pytest.mark.parametrize("board", H7_BOARDS)
def test_time_follows_the_core_clock(boot_on: Boot, board: str) -> None:
    """SysTick counts the core's clock, which is faster than HCLK on the H743."""
    machine = boot_on(
        board,
        """
        volatile uint32_t ticks;
        void systick(void) { ticks++; }
        void reset(void) {
            clock_begin();
            R32(SYSTICK + 4) = HZ / 1000 - 1; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
            for (;;) { __asm volatile("dsb; wfi; isb"); }
        }
        """,
        f"HZ={480_000_000 if board == 'h743' else 280_000_000}",
    )
    machine.run(0.0105)
    assert variable(machine, "ticks") == 10


def test_interrupts_beyond_the_chips_are_refused(boot_on: Boot) -> None:
    source = "void reset(void) { R32(NVIC + 0x10) = 1u << 22; for (;;) {} }"
    assert_broken(boot_on("h743", source), Rule.UNMODELLED_REGISTER)
    boot_on("h7a3", source).run(0.001)


def test_the_watchdog_bites(boot_on: Boot) -> None:
    source = """
    void reset(void) {
        R32(0x5C001054) |= 1u << 18;
        R32(IWDG) = 0xCCCC; R32(IWDG) = 0x5555; R32(IWDG + 4) = 0; R32(IWDG + 8) = 100;
        while (R32(IWDG + 0xC) & 3u) { }
        R32(IWDG) = 0xAAAA;
        for (;;) {}
    }
    """
    machine = boot_on("h7a3", source)
    assert_broken(machine, Rule.WATCHDOG_RESET)
    machine.reset()
    assert machine.rcc.values["RSR"] & 1 << 26


@pytest.mark.parametrize(
    ("code", "cycles"),
    [
        ("adds r0, r0, #1\\n adds r1, r1, #1", 1),
        ("adds r0, r0, #1\\n adds r1, r0, #1", 2),
        ("adds r0, r0, #1\\n adds r0, r2, #1", 2),
        ("ldr r0, [r4]\\n adds r1, r1, #1", 1),
        ("ldr r0, [r4]\\n adds r1, r0, #1", 3),
        ("ldr r0, [r4]\\n ldr r1, [r4]", 2),
        ("str r0, [r4]\\n ldr r1, [r4]", 2),
        ("ldrd r0, r1, [r4]\\n adds r2, r2, #1", 1),
        ("smlad r0, r1, r2, r0\\n smlad r3, r1, r2, r3", 2),
        ("smlad r0, r1, r2, r0\\n adds r3, r3, #1", 1),
        ("smlad r0, r1, r2, r0\\n ldr r3, [r4]", 1),
        ("ldm r4, {r0, r1, r2, r3}\\n nop", 4),
        ("vadd.f32 s0, s1, s2\\n vadd.f32 s3, s4, s5", 2),
        ("vadd.f32 s0, s1, s2\\n adds r3, r3, #1", 1),
        ("udiv r0, r1, r2\\n nop", 8),
        ("vdiv.f64 d0, d1, d2\\n nop", 15),
    ],
)
def test_cycle_estimates_pair_what_is_independent(boot_on: Boot, code: str, cycles: int) -> None:
    """Run the code or nothing between two divisions, which leave and take no free slot."""
    totals = []
    for body in ("", code):
        machine = boot_on(
            "h743",
            f"""
            uint32_t words[8];
            __attribute__((naked, noipa, used)) void timed(void) {{
                __asm volatile("push {{r4, lr}}\\n ldr r4, =words\\n udiv r5, r6, r7\\n {body}\\n"
                               "udiv r5, r6, r7\\n pop {{r4, pc}}\\n .ltorg");
            }}
            void reset(void) {{ fpu_begin(); timed(); for (;;) {{}} }}
            """,
        )
        meter = machine.watch("timed")
        machine.run(0.001)
        totals.append(meter.cycles_estimated)
    assert totals[1] - totals[0] == cycles
