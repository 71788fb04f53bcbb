/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scenarios of exceptions, run on QEMU and on a virtual board, which has an exception model of its
 * own. The code is the same for both; differences are read from mps2_data_start.
 *
 * Each handler logs its stacked frame and the fault registers, then runs the scenario's action.
 * Addresses are logged relative to the code or to the stack.
 */
#include <stdbool.h>

#include "mps2.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define NVIC_ISER REGISTER(0xE000E100u)
#define NVIC_ICER REGISTER(0xE000E180u)
#define NVIC_ISPR REGISTER(0xE000E200u)
#define NVIC_ICPR REGISTER(0xE000E280u)
#define NVIC_IABR REGISTER(0xE000E300u)
#define NVIC_PRIORITY(line) (*(volatile uint8_t *)(0xE000E400u + (line)))
#define SCB_ICSR REGISTER(0xE000ED04u)
#define SCB_AIRCR REGISTER(0xE000ED0Cu)
#define SCB_CCR REGISTER(0xE000ED14u)
#define SCB_PRIORITY(exception) (*(volatile uint8_t *)(0xE000ED14u + (exception)))
#define SCB_SHCSR REGISTER(0xE000ED24u)
#define SCB_CFSR REGISTER(0xE000ED28u)
#define SCB_HFSR REGISTER(0xE000ED2Cu)
#define SCB_MMFAR REGISTER(0xE000ED34u)
#define SCB_BFAR REGISTER(0xE000ED38u)
#define SCB_CPACR REGISTER(0xE000ED88u)

#define ICSR_PENDSVSET (1u << 28)
#define ICSR_PENDSVCLR (1u << 27)
#define ICSR_PENDSTSET (1u << 26)
#define ICSR_NMIPENDSET (1u << 31)
#define ICSR_RETTOBASE (1u << 11)
#define CCR_DIV_0_TRP (1u << 4)
#define SHCSR_FAULTS (7u << 16)
#define CFSR_MMARVALID (1u << 7)
#define CFSR_BFARVALID (1u << 15)
#define EXC_RETURN_CHOICES                                                                         \
    0x1Cu /* type of frame, mode, stack; the other bits are security states */
#define XPSR_THUMB (1u << 24)
#define XPSR_SECURE_FLOATS (1u << 20) /* Armv8-M in Secure state */
#define XPSR_IT 0x0600FC00u

#define HARD_FAULT 3u
#define MEM_FAULT 4u
#define BUS_FAULT 5u
#define USAGE_FAULT 6u
#define SVCALL 11u
#define PENDSV 14u
#define SYSTICK 15u

#define LOW 20u /* interrupt lines, by their priorities: 0x80, 0x40, 0x20 */
#define MIDDLE 21u
#define HIGH 22u
#define LINES ((1u << LOW) | (1u << MIDDLE) | (1u << HIGH))
#define NOWHERE 0xB0000000u     /* no memory, and not executable */
#define NO_CODE 0x3F000000u     /* no memory, executable */
#define MEMORY_MASK 0xFFE00000u /* 2 MB each */
#define MAX_WORDS 4096u

struct frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
    uint32_t s[16], fpscr;
};

struct scenario {
    uint32_t kind, index, row, bytes;
    uint32_t words[512];
};

/* Word 0: write the log by semihosting. Words 1 to 4: a register to write before the first write to
 * RAM (or 0), its value, and a status register and the bit of it to wait for. */
extern const uint32_t mps2_data_start[];
extern uint32_t __stack_top[];

static struct scenario scenario;
uint32_t exceptions_log[MAX_WORDS], exceptions_logged;
volatile uint32_t exceptions_done;

static uint32_t process_stack[128] __attribute__((aligned(8)));
static bool registers_are_known;                 /* the scenario sets those of the frame */
static void (*actions[64])(struct frame *frame); /* by exception number; cleared after use */

_Noreturn void reset_handler(void);
_Noreturn void begin(void);
void exception_entered(uint32_t *stack, uint32_t exc_return);
void common_handler(void);

static void put(uint32_t word) {
    if (scenario.bytes < sizeof scenario.words) {
        scenario.words[scenario.bytes / 4u] = word;
        scenario.bytes += 4u;
    }
}

static void barrier(void) {
    __asm volatile("dsb\n\tisb" ::: "memory");
}

static uint32_t exception_number(void) {
    uint32_t number;
    __asm volatile("mrs %0, ipsr" : "=r"(number));
    return number;
}

/* An address as an offset in its memory: the origins differ between the machines. */
static uint32_t place(uint32_t address) {
    const uint32_t code = (uint32_t)mps2_data_start & MEMORY_MASK;
    const uint32_t data = (uint32_t)__stack_top & MEMORY_MASK;
    if ((address & MEMORY_MASK) == code) {
        return 0xC0000000u | (address - code);
    }
    if ((address & MEMORY_MASK) == data) {
        return 0xD0000000u | (address - data);
    }
    return address;
}

/* ICSR without NMIPENDSET and, in Thread mode, without RETTOBASE, which is UNKNOWN there. */
static uint32_t pending_and_active(void) {
    return SCB_ICSR &
           (exception_number() == 0u ? ~(ICSR_RETTOBASE | ICSR_NMIPENDSET) : ~ICSR_NMIPENDSET);
}

void exception_entered(uint32_t *stack, uint32_t exc_return) {
    struct frame *frame = (struct frame *)stack;
    const uint32_t number = exception_number();
    put(0xEE000000u | number);
    put(exc_return & EXC_RETURN_CHOICES);
    put(place((uint32_t)stack));
    put(registers_are_known ? frame->r0 : 0u);
    put(registers_are_known ? frame->r1 : 0u);
    put(registers_are_known ? frame->r2 : 0u);
    put(registers_are_known ? frame->r3 : 0u);
    put(registers_are_known ? frame->r12 : 0u);
    /* The PC of an interrupt is not compared: the core may take it at any instruction between the
     * pending write and the end of the barrier. */
    put(number == SVCALL || (number >= HARD_FAULT && number <= USAGE_FAULT) ? place(frame->pc)
                                                                            : 0u);
    put(frame->xpsr & ~XPSR_SECURE_FLOATS);
    put(pending_and_active());
    put(SCB_SHCSR & SHCSR_FAULTS);
    put(SCB_CFSR);
    put(SCB_HFSR);
    put(SCB_CFSR & CFSR_BFARVALID ? SCB_BFAR : 0u);
    put(SCB_CFSR & CFSR_MMARVALID ? SCB_MMFAR : 0u);
    put(NVIC_IABR & LINES);
    put(NVIC_ISPR & LINES);
    SCB_CFSR = SCB_CFSR;
    SCB_HFSR = SCB_HFSR;
    void (*act)(struct frame *) = actions[number];
    actions[number] = 0;
    if (act != 0) {
        act(frame);
    }
    put(0xEF000000u | number);
}

__attribute__((naked)) void common_handler(void) {
    __asm volatile("tst lr, #4\n\t"
                   "ite eq\n\t"
                   "mrseq r0, msp\n\t"
                   "mrsne r0, psp\n\t"
                   "mov r1, lr\n\t"
                   "push {r3, lr}\n\t"
                   "bl exception_entered\n\t"
                   "pop {r3, pc}");
}

#include "scenarios.h"

/* Uses no stack: some parts must not write to RAM before their supply is configured. */
__attribute__((naked, noreturn)) void reset_handler(void) {
    __asm volatile("ldr r0, =mps2_data_start\n\t"
                   "ldr r1, [r0, #4]\n\t"
                   "cbz r1, 2f\n\t"
                   "ldr r2, [r0, #8]\n\t"
                   "str r2, [r1]\n\t"
                   "ldr r1, [r0, #12]\n\t"
                   "ldr r2, [r0, #16]\n"
                   "1:\n\t"
                   "ldr r3, [r1]\n\t"
                   "tst r3, r2\n\t"
                   "beq 1b\n"
                   "2:\n\t"
                   "b begin\n\t"
                   ".ltorg");
}

_Noreturn void begin(void) {
    extern uint32_t __bss_start[], __bss_end[];
    for (volatile uint32_t *word = __bss_start; (volatile uint32_t *)word < __bss_end; word++) {
        *word = 0u;
    }
    SCB_CPACR |= 0xFu << 20;
    barrier();
    const uint32_t writes_log = mps2_data_start[0];
    if (writes_log) {
        mps2_open_records();
    }
    for (uint32_t index = 0u; index < sizeof scenarios / sizeof scenarios[0]; index++) {
        scenario = (struct scenario){.kind = 7u, .index = index};
        prepare();
        scenarios[index]();
        const uint32_t words = 4u + scenario.bytes / 4u;
        for (uint32_t i = 0u; i < words && exceptions_logged < MAX_WORDS; i++) {
            exceptions_log[exceptions_logged++] = ((const uint32_t *)&scenario)[i];
        }
    }
    static const uint32_t end[4] = {6u, 0u, 0u, 0u};
    for (uint32_t i = 0u; i < 4u && exceptions_logged < MAX_WORDS; i++) {
        exceptions_log[exceptions_logged++] = end[i];
    }
    exceptions_done = exceptions_logged < MAX_WORDS ? 1u : 2u;
    if (writes_log) {
        mps2_write_records(exceptions_log, 4u * exceptions_logged);
        mps2_exit(exceptions_done == 1u ? MPS2_EXIT_DONE : MPS2_EXIT_RECORDS);
    }
    for (;;) {
    }
}

struct vector_table {
    const uint32_t *stack_top;
    void (*reset)(void);
    void (*others[62])(void);
};

#define TWO common_handler, common_handler
#define TEN TWO, TWO, TWO, TWO, TWO

__attribute__((section(".vectors"), used)) static const struct vector_table vectors = {
    __stack_top,
    reset_handler,
    {TEN, TEN, TEN, TEN, TEN, TEN, TWO},
};
