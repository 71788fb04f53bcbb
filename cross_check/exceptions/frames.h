/* SPDX-License-Identifier: Apache-2.0 */
/* System calls: the stacked frame and its restoration; part of program.c. */

static void answer(struct frame *frame) {
    frame->r0 = 0x0BADCAFEu;
    frame->xpsr ^= 0xF0000000u;
}

/* Known registers and flags; the handler's changes of the frame are restored. */
static void call_supervisor(void) {
    uint32_t r0, flags;
    actions[SVCALL] = answer;
    registers_are_known = true;
    __asm volatile("mov r0, #0x11\n\tmov r1, #0x22\n\tmov r2, #0x33\n\tmov r3, #0x44\n\t"
                   "mov r12, #0x55\n\tmov r4, #0xA0000000\n\tmsr apsr_nzcvq, r4\n\t"
                   "svc #7\n\t"
                   "mrs %1, apsr\n\tmov %0, r0"
                   : "=&r"(r0), "=&r"(flags)
                   :
                   : "r0", "r1", "r2", "r3", "r4", "r12", "cc", "memory");
    put(r0);
    put(flags);
}

/* The stack pointer is not a multiple of 8: the frame is aligned, bit 9 of its xPSR is set. */
static void call_from_odd_stack(void) {
    uint32_t before, after;
    __asm volatile("sub sp, #4\n\tmov %0, sp\n\tsvc #0\n\tmov %1, sp\n\tadd sp, #4"
                   : "=&r"(before), "=&r"(after)::"memory");
    put(place(before) == place(after));
}

static void call_from_process_stack(void) {
    uint32_t control;
    registers_are_known = true;
    __asm volatile("msr psp, %1\n\tmov r0, #2\n\tmsr control, r0\n\tisb\n\t"
                   "mov r0, #1\n\tmov r1, #2\n\tmov r2, #3\n\tmov r3, #4\n\tmov r12, #5\n\t"
                   "svc #0\n\t"
                   "mrs %0, control\n\tmov r0, #0\n\tmsr control, r0\n\tisb"
                   : "=&r"(control)
                   : "r"(process_stack + 128)
                   : "r0", "r1", "r2", "r3", "r12", "memory");
    put(control & 7u);
    for (uint32_t i = 128u - 8u; i < 128u; i++) {
        put(i == 126u || i == 125u ? place(process_stack[i]) : process_stack[i]);
    }
}

/* The first FPU instruction triggers the lazy stacking of the floating-point registers. */
static void note_floats(struct frame *frame) {
    __asm volatile("vmov s0, %0\n\tvmov s15, %0\n\tvmov s1, s15" ::"r"(0x7FC12345u)
                   : "s0", "s1", "s15", "memory");
    for (uint32_t i = 0u; i < 16u; i++) {
        put(frame->s[i]);
    }
    put(frame->fpscr);
}

static void call_with_floats(void) {
    uint32_t first, last, status, control;
    actions[SVCALL] = note_floats;
    __asm volatile("mov r0, #0x40000000\n\tvmov s0, r0\n\tvmov s1, r0\n\tvmul.f32 s1, s1, s0\n\t"
                   "vmul.f32 s2, s1, s1\n\tvmul.f32 s3, s2, s1\n\tvmul.f32 s4, s3, s1\n\t"
                   "vmul.f32 s5, s4, s1\n\tvmul.f32 s6, s5, s1\n\tvmul.f32 s7, s6, s1\n\t"
                   "vmul.f32 s8, s7, s1\n\tvmul.f32 s9, s8, s1\n\tvmul.f32 s10, s9, s1\n\t"
                   "vmul.f32 s11, s10, s1\n\tvmul.f32 s12, s11, s1\n\tvmul.f32 s13, s12, s1\n\t"
                   "vmul.f32 s14, s13, s1\n\tvmul.f32 s15, s14, s1\n\tvcmp.f32 s1, s0\n\t"
                   "svc #0\n\t"
                   "mrs %3, control\n\tvmov %0, s0\n\tvmov %1, s15\n\tvmrs %2, fpscr"
                   : "=&r"(first), "=&r"(last), "=&r"(status), "=&r"(control)
                   :
                   : "r0", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
                     "s12", "s13", "s14", "s15", "memory");
    put(first);
    put(last);
    put(status);
    put(control & 7u);
}

static void use_floats_and_pend(struct frame *frame) {
    note_floats(frame);
    NVIC_ISPR = 1u << HIGH;
    barrier();
    uint32_t mine;
    __asm volatile("vmov %0, s15" : "=r"(mine));
    put(mine);
}

/* A handler that uses the FPU interrupts another one. */
static void nest_floats(void) {
    uint32_t last;
    actions[SVCALL] = use_floats_and_pend;
    actions[LINE(HIGH)] = note_floats;
    NVIC_ISER = LINES;
    __asm volatile("mov r0, #0x3F800000\n\tvmov s15, r0\n\tvadd.f32 s0, s15, s15\n\t"
                   "svc #0\n\tvmov %0, s15"
                   : "=&r"(last)::"r0", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9",
                     "s10", "s11", "s12", "s13", "s14", "s15", "memory");
    put(last);
}
