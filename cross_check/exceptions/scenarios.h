/* SPDX-License-Identifier: Apache-2.0 */
/* The list of scenarios and their common start state; part of program.c. */

#define LINE(line) (16u + (line))
#define SVC(number) __asm volatile("svc " #number::: "memory")

/* Common start state: the same priorities, nothing pending, nothing masked. */
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

#include "frames.h"
#include "priorities.h"
#include "faults.h"

/* In the order of their execution; cross_check/exception_scenarios.py reads the names here. */
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
