/* SPDX-License-Identifier: Apache-2.0 */
/* Priorities and masks of exceptions; part of program.c. */

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

/* MIDDLE interrupts the SVC handler, HIGH interrupts MIDDLE; LOW and PendSV stay pending. */
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
    __asm volatile("dsb; wfi; isb" ::: "memory");
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
    put(kept); /* BASEPRI_MAX ignores a weaker mask */
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

/* The return from any handler except NMI and HardFault clears FAULTMASK. */
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

/* Interrupts of one priority group do not preempt each other; the subpriority orders them. */
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

/* At equal priority the lowest number is first; a disabled interrupt stays pending. */
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

/* PRIMASK does not mask NMI, and NMI preempts every handler. */
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
