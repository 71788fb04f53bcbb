/* SPDX-License-Identifier: Apache-2.0 */
/* Faults end here: capture, record, report, reset.
 *
 * The handler cannot trust the stack: it may be the stack's end that raised the fault. It takes a
 * stack of its own and looks at the old one only if the core says that the frame was stored. */
#include "core/fault.h"

#include "core/cortex_m.h"
#include "core/cpu.h"
#include "core/fault_record.h"
#include "core/handlers.h"
#include "core/memory_layout.h"

/* Words of the frame that the core stacks on exception entry (Arm ARM, exception entry). */
#define FRAME_LR 5u
#define FRAME_PC 6u
#define FRAME_XPSR 7u

_Noreturn void fault_capture(const uint32_t *frame);

/* r0: the main stack pointer as the exception found it; the firmware uses no other. Then MSPLIM,
 * where there is one, is lowered and the fault stack taken. */
__attribute__((naked)) void fault_handler(void) {
    __asm volatile("cpsid i\n\t"
                   "mrs r0, msp\n\t"
                   "movs r1, #0\n\t" CORE_SET_STACK_LIMIT("r1") "ldr r1, =__fault_stack_top\n\t"
                                                                "msr msp, r1\n\t"
                                                                "b fault_capture\n\t"
                                                                ".ltorg");
}

__attribute__((naked)) void unexpected_interrupt(void) {
    __asm volatile("b fault_handler");
}

_Noreturn void fault_capture(const uint32_t *frame) {
    const uint32_t cfsr = SCB_CFSR;
    const uint32_t stacking_failed = SCB_CFSR_MSTKERR | SCB_CFSR_STKERR | SCB_CFSR_STKOF;
    struct fault fault = {
        .exception = core_exception_number(),
        .cfsr = cfsr,
        .hfsr = SCB_HFSR,
        .mmfar = SCB_MMFAR,
        .bfar = SCB_BFAR,
        .sp = (uint32_t)frame,
    };
    if ((cfsr & stacking_failed) == 0u) {
        fault.pc = frame[FRAME_PC];
        fault.lr = frame[FRAME_LR];
        fault.xpsr = frame[FRAME_XPSR];
    }
    fault_record_keep_fault(&fault); /* first: the report may not come through */
    fault_report(&fault);
    cpu_reset();
}
