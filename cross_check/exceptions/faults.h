/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: their registers and their escalation to HardFault; part of program.c. */

static void skip_halfword(struct frame *frame) {
    frame->pc += 2u;
}

static void skip_word(struct frame *frame) {
    frame->pc += 4u;
}

static void return_to_caller(struct frame *frame) {
    frame->pc = frame->lr & ~1u;
    frame->xpsr |= XPSR_THUMB;
}

static void undefined_instruction(void) {
    actions[USAGE_FAULT] = skip_halfword;
    __asm volatile("udf #1" ::: "memory");
}

/* The barrier: QEMU 7.2 loses a register write in the same translation block before a division that
 * traps (its helper is declared to access no registers). */
static void divide_by_zero(void) {
    uint32_t result = 5u;
    actions[USAGE_FAULT] = skip_word;
    __asm volatile("isb\n\tudiv %0, %1, %2" : "+r"(result) : "r"(9), "r"(0) : "memory");
    put(result);
}

static void divide_by_zero_untrapped(void) {
    uint32_t result = 5u;
    SCB_CCR &= ~CCR_DIV_0_TRP;
    barrier();
    __asm volatile("udiv %0, %1, %2" : "+r"(result) : "r"(9), "r"(0) : "memory");
    put(result);
}

static void bus_fault(void) {
    uint32_t result = 5u;
    actions[BUS_FAULT] = skip_word;
    __asm volatile("ldr.w %0, [%1, #8]" : "+r"(result) : "r"(NOWHERE) : "memory");
    put(result);
}

static void usage_fault_escalates(void) {
    SCB_SHCSR &= ~SHCSR_FAULTS;
    barrier();
    actions[HARD_FAULT] = skip_halfword;
    __asm volatile("udf #2" ::: "memory");
}

static void bus_fault_escalates(void) {
    uint32_t result = 5u;
    SCB_SHCSR &= ~SHCSR_FAULTS;
    barrier();
    actions[HARD_FAULT] = skip_word;
    __asm volatile("ldr.w %0, [%1]" : "+r"(result) : "r"(NOWHERE) : "memory");
}

static void fault(struct frame *frame) {
    (void)frame;
    __asm volatile("udf #3" ::: "memory");
    put(0xA7u);
}

/* A UsageFault of the same priority as the current handler escalates. */
static void fault_in_handler(void) {
    SCB_PRIORITY(USAGE_FAULT) = 0x60u;
    actions[SVCALL] = fault;
    actions[HARD_FAULT] = skip_halfword;
    SVC(0);
    SCB_PRIORITY(USAGE_FAULT) = 0u;
}

static void fault_interrupts_handler(void) {
    actions[SVCALL] = fault;
    actions[USAGE_FAULT] = skip_halfword;
    SVC(0);
}

static void fault_under_primask(void) {
    __asm volatile("cpsid i");
    actions[HARD_FAULT] = skip_halfword;
    __asm volatile("udf #4\n\tcpsie i" ::: "memory");
}

static void call_in_handler(struct frame *frame) {
    (void)frame;
    SVC(1);
    put(0xA8u);
}

/* An SVC in a handler of the same priority escalates to HardFault. */
static void call_escalates(void) {
    actions[SVCALL] = call_in_handler;
    SVC(0);
}

static void fetch_from_no_memory(void) {
    actions[BUS_FAULT] = return_to_caller;
    actions[MEM_FAULT] = return_to_caller;
    __asm volatile("blx %0" ::"r"(NO_CODE | 1u) : "lr", "memory");
}

/* A branch to an even address selects the Arm state, which does not exist: INVSTATE. */
static void leave_thumb_state(void) {
    uint32_t target;
    actions[USAGE_FAULT] = return_to_caller;
    __asm volatile("adr %0, 1f\n\tblx %0\n\tb 2f\n\t.balign 4\n1:\n\tnop\n\tnop\n2:"
                   : "=&r"(target)::"lr", "memory");
}

static void breakpoint(void) {
    actions[HARD_FAULT] = skip_halfword;
    __asm volatile("bkpt #1" ::: "memory");
}

static void skip_in_it_block(struct frame *frame) {
    frame->pc += 2u;
    /* Advance the IT state by one instruction: its last five bits shift (Arm ARM, ITAdvance). */
    const uint32_t it = (frame->xpsr >> 8 & 0xFCu) | (frame->xpsr >> 25 & 3u);
    const uint32_t next = (it & 0xE0u) | (it << 1 & 0x1Fu);
    frame->xpsr = (frame->xpsr & ~XPSR_IT) | (next & 0xFCu) << 8 | (next & 3u) << 25;
}

/* A fault within an IT block: the IT state is stacked and restored. */
static void fault_in_it_block(void) {
    uint32_t then = 0u, otherwise = 0u;
    actions[USAGE_FAULT] = skip_in_it_block;
    /* ittte eq; moveq r0, #1; udf #5; addeq r0, #2; movne r1, #4 */
    __asm volatile("mov r0, #0\n\tmov r1, #0\n\tcmp r0, r0\n\t"
                   ".inst.n 0xbf03, 0x2001, 0xde05, 0x3002, 0x2104\n\t"
                   "mov %0, r0\n\tmov %1, r1"
                   : "=&r"(then), "=&r"(otherwise)::"r0", "r1", "cc", "memory");
    put(then);
    put(otherwise);
}
