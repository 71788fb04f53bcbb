/* SPDX-License-Identifier: Apache-2.0 */
/* Faults end here: capture, record, report, reset.
 *
 * The handler cannot trust the stack: it may be the stack's end that raised the fault. It takes a
 * stack of its own and looks at the old one only if the core says that the frame was stored. */
#include "core/fault.h"

#include <stdbool.h>

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

/* Whether an address in Thumb form is behind a call: BL has 11110 and 11x1 at the heads of its two
 * halves, BLX 0100 0111 1 register 000 (Arm ARM, encodings T1 of BL and BLX). */
static bool follows_a_call(uint32_t address) {
    if ((address & 1u) == 0u || address < (uint32_t)__image_start + 5u ||
        address >= (uint32_t)__image_end) {
        return false;
    }
    const uint16_t *next = (const uint16_t *)(address - 1u);
    return ((next[-2] & 0xF800u) == 0xF000u && (next[-1] & 0xD000u) == 0xD000u) ||
           (next[-1] & 0xFF87u) == 0x4780u;
}

/* A stack that has ended left no room for the frame, and pc and lr are lost. What the stack holds
 * at its end tells who was at work: the newest word there that is a return address. */
static uint32_t newest_return_address(void) {
    for (const uint32_t *word = __stack_limit; word < __stack_top; word++) {
        if (follows_a_call(*word)) {
            return *word;
        }
    }
    return 0u;
}

/* Where MSPLIM ends a push, the stack pointer keeps its value and the frame may be stored; where it
 * ends the storing itself, the stack pointer is MSPLIM (Arm ARM DDI 0553, exception entry). */
static bool is_stored(const uint32_t *frame, uint32_t cfsr) {
    return (cfsr & (SCB_CFSR_MSTKERR | SCB_CFSR_STKERR)) == 0u &&
           ((cfsr & SCB_CFSR_STKOF) == 0u || frame > __stack_limit);
}

_Noreturn void fault_capture(const uint32_t *frame) {
    const uint32_t cfsr = SCB_CFSR;
    struct fault fault = {
        .exception = core_exception_number(),
        .cfsr = cfsr,
        .hfsr = SCB_HFSR,
        .mmfar = SCB_MMFAR,
        .bfar = SCB_BFAR,
        .sp = (uint32_t)frame,
    };
    if (is_stored(frame, cfsr)) {
        fault.pc = frame[FRAME_PC];
        fault.lr = frame[FRAME_LR];
        fault.xpsr = frame[FRAME_XPSR];
    } else {
        fault.lr = newest_return_address();
    }
    fault_record_keep_fault(&fault); /* first: the report may not come through */
    fault_report(&fault);
    cpu_reset();
}
