/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to the core, scenario by scenario; part of program.c. */

#define LINE(line) (16u + (line))
#define SVC(number) __asm volatile("svc " #number::: "memory")

/* Every scenario begins with the same priorities, with nothing pending and nothing masked. */
static void prepare(void) {
    __asm volatile("cpsie i\n\tcpsie f\n\tmsr basepri, %0\n\t"
                   "mrs r0, control\n\tbic r0, r0, #12\n\tmsr control, r0\n\tisb" ::"r"(0)
                   : "r0", "memory");
    SCB_AIRCR = 0x05FA0000u;
    NVIC_ICER = LINES;
    NVIC_ICPR = LINES;
    NVIC_PRIORITY(LOW) = 0x80u;
    NVIC_PRIORITY(MIDDLE) = 0x40u;
    NVIC_PRIORITY(HIGH) = 0x20u;
    SCB_PRIORITY(SVCALL) = 0x60u;
    SCB_PRIORITY(PENDSV) = 0xF0u;
    SCB_PRIORITY(SYSTICK) = 0xE0u;
    SCB_SHCSR |= SHCSR_FAULTS;
    SCB_CCR |= CCR_DIV_0_TRP;
    for (uint32_t number = 0u; number < 64u; number++) {
        actions[number] = 0;
    }
    registers_are_known = false;
    barrier();
}

/* -- frames -- */

static void answer(struct frame *frame) {
    frame->r0 = 0x0BADCAFEu;
    frame->xpsr ^= 0xF0000000u;
}

/* Known registers and flags; the handler's changes of the frame come back. */
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

/* A stack that is no multiple of 8: the frame is, and bit 9 of its xPSR remembers. */
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

/* -- floating point -- */

/* An instruction of the FPU makes the core store the rest of the frame, if it has not yet. */
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

/* One handler with floats interrupts another. */
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

/* -- priorities -- */

static void pend_three(struct frame *frame) {
    (void)frame;
    SCB_ICSR = ICSR_PENDSVSET;
    NVIC_ISPR = (1u << LOW) | (1u << MIDDLE);
    barrier();
    put(0xA1u);
}

static void pend_high(struct frame *frame) {
    (void)frame;
    NVIC_ISPR = 1u << HIGH;
    barrier();
    put(0xA2u);
}

/* The call is interrupted by MIDDLE, that by HIGH; LOW and PendSV wait until the call is over. */
static void nest_by_priority(void) {
    actions[SVCALL] = pend_three;
    actions[LINE(MIDDLE)] = pend_high;
    NVIC_ISER = LINES;
    barrier();
    SVC(0);
    put(0xA3u);
}

static void mask_by_primask(void) {
    NVIC_ISER = LINES;
    __asm volatile("cpsid i");
    NVIC_ISPR = LINES;
    SCB_ICSR = ICSR_PENDSTSET;
    barrier();
    put(pending_and_active());
    put(NVIC_ISPR & LINES);
    __asm volatile("wfi" ::: "memory");
    put(0xA4u);
    __asm volatile("cpsie i\n\tisb" ::: "memory");
    put(pending_and_active());
}

static void mask_by_basepri(void) {
    NVIC_ISER = LINES;
    __asm volatile("msr basepri, %0\n\tisb" ::"r"(0x40));
    NVIC_ISPR = LINES;
    barrier();
    put(NVIC_ISPR & LINES);
    uint32_t kept;
    __asm volatile("msr basepri_max, %1\n\tmrs %0, basepri" : "=&r"(kept) : "r"(0x80));
    put(kept); /* a weaker mask is not taken */
    __asm volatile("msr basepri_max, %1\n\tmrs %0, basepri" : "=&r"(kept) : "r"(0x20));
    put(kept);
    __asm volatile("msr basepri, %0\n\tisb" ::"r"(0x80));
    put(NVIC_ISPR & LINES);
    __asm volatile("msr basepri, %0\n\tisb" ::"r"(0));
    put(NVIC_ISPR & LINES);
}

static void mask_by_faultmask(void) {
    uint32_t mask;
    NVIC_ISER = LINES;
    __asm volatile("cpsid f\n\tmrs %0, faultmask" : "=r"(mask));
    NVIC_ISPR = 1u << HIGH;
    barrier();
    put(mask);
    put(NVIC_ISPR & LINES);
    __asm volatile("cpsie f\n\tisb" ::: "memory");
    put(NVIC_ISPR & LINES);
}

static void note_faultmask(struct frame *frame) {
    uint32_t mask;
    (void)frame;
    __asm volatile("cpsid f\n\tmrs %0, faultmask" : "=r"(mask));
    put(mask);
}

/* The return from any handler but NMI and HardFault clears FAULTMASK. */
static void leave_with_faultmask(void) {
    uint32_t mask;
    actions[SVCALL] = note_faultmask;
    SVC(0);
    __asm volatile("mrs %0, faultmask" : "=r"(mask));
    put(mask);
}

static void pend_middle(struct frame *frame) {
    (void)frame;
    NVIC_ISPR = 1u << MIDDLE;
    barrier();
    put(0xA5u);
}

/* Of one group none interrupts another; the subpriority says who is first. */
static void group_priorities(void) {
    SCB_AIRCR = 0x05FA0000u | 6u << 8; /* group: bit 7 alone */
    NVIC_PRIORITY(LOW) = 0x70u;
    NVIC_PRIORITY(MIDDLE) = 0x10u;
    NVIC_PRIORITY(HIGH) = 0x40u;
    NVIC_ISER = LINES;
    actions[LINE(LOW)] = pend_middle;
    barrier();
    NVIC_ISPR = 1u << LOW;
    barrier();
    __asm volatile("cpsid i");
    NVIC_ISPR = LINES;
    barrier();
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}

/* Of equal priorities the lowest number is first; one that is not enabled stays pending. */
static void equal_priorities(void) {
    NVIC_PRIORITY(LOW) = 0x40u;
    NVIC_PRIORITY(HIGH) = 0x40u;
    NVIC_ISER = (1u << LOW) | (1u << MIDDLE);
    __asm volatile("cpsid i");
    NVIC_ISPR = LINES;
    barrier();
    put(pending_and_active());
    __asm volatile("cpsie i\n\tisb" ::: "memory");
    put(NVIC_ISPR & LINES);
    NVIC_ICPR = LINES;
    put(NVIC_ISPR & LINES);
    NVIC_ISER = LINES;
    barrier();
    put(NVIC_ISER & LINES);
    put(NVIC_PRIORITY(HIGH));
}

static void withdraw_pendsv(void) {
    __asm volatile("cpsid i");
    SCB_ICSR = ICSR_PENDSVSET;
    barrier();
    put(pending_and_active());
    SCB_ICSR = ICSR_PENDSVCLR;
    barrier();
    put(pending_and_active());
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}

/* NMI comes through PRIMASK and over every handler. */
static void pend_nmi(struct frame *frame) {
    (void)frame;
    __asm volatile("cpsid i");
    SCB_ICSR = ICSR_NMIPENDSET;
    barrier();
    put(0xA6u);
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}

static void interrupt_by_nmi(void) {
    NVIC_ISER = LINES;
    actions[LINE(HIGH)] = pend_nmi;
    NVIC_ISPR = 1u << HIGH;
    barrier();
}

/* -- faults -- */

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

/* The barrier: QEMU 7.2 forgets what was written to a register in the same stretch of code before a
 * division that traps (its helper is declared to touch no registers). */
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

/* A UsageFault of the same priority as the handler that it happens in cannot be taken. */
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

/* A call that its own priority does not let through is a HardFault. */
static void call_escalates(void) {
    actions[SVCALL] = call_in_handler;
    SVC(0);
}

static void fetch_from_no_memory(void) {
    actions[BUS_FAULT] = return_to_caller;
    actions[MEM_FAULT] = return_to_caller;
    __asm volatile("blx %0" ::"r"(NO_CODE | 1u) : "lr", "memory");
}

/* A branch to an even address asks for the Arm state, which there is not. */
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

static void go_on_in_block(struct frame *frame) {
    frame->pc += 2u;
    /* The state of the IT block as it is one instruction on: its last five bits shift (ARM ARM,
     * ITAdvance); here from "two more, the second inverted" to "one more, inverted". */
    const uint32_t it = (frame->xpsr >> 8 & 0xFCu) | (frame->xpsr >> 25 & 3u);
    const uint32_t next = (it & 0xE0u) | (it << 1 & 0x1Fu);
    frame->xpsr = (frame->xpsr & ~XPSR_IT) | (next & 0xFCu) << 8 | (next & 3u) << 25;
}

/* A fault within an IT block: its state is stacked, and comes back. */
static void fault_in_it_block(void) {
    uint32_t then = 0u, otherwise = 0u;
    actions[USAGE_FAULT] = go_on_in_block;
    /* ittte eq; moveq r0, #1; udf #5; addeq r0, #2; movne r1, #4 */
    __asm volatile("mov r0, #0\n\tmov r1, #0\n\tcmp r0, r0\n\t"
                   ".inst.n 0xbf03, 0x2001, 0xde05, 0x3002, 0x2104\n\t"
                   "mov %0, r0\n\tmov %1, r1"
                   : "=&r"(then), "=&r"(otherwise)::"r0", "r1", "cc", "memory");
    put(then);
    put(otherwise);
}

static void (*const scenarios[])(void) = {
    call_supervisor,
    call_from_odd_stack,
    call_from_process_stack,
    call_with_floats,
    nest_floats,
    nest_by_priority,
    mask_by_primask,
    mask_by_basepri,
    mask_by_faultmask,
    leave_with_faultmask,
    group_priorities,
    equal_priorities,
    withdraw_pendsv,
    interrupt_by_nmi,
    undefined_instruction,
    divide_by_zero,
    divide_by_zero_untrapped,
    bus_fault,
    usage_fault_escalates,
    bus_fault_escalates,
    fault_in_handler,
    fault_interrupts_handler,
    fault_under_primask,
    call_escalates,
    fetch_from_no_memory,
    leave_thumb_state,
    breakpoint,
    fault_in_it_block,
};
