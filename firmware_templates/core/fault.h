/* SPDX-License-Identifier: Apache-2.0 */
/* A core fault: what the core recorded of it, and how it is reported. */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include <stdint.h>

struct fault {
    uint32_t exception; /* IPSR: 3 HardFault ... 16 + n interrupt line n */
    uint32_t cfsr;
    uint32_t hfsr;
    uint32_t mmfar; /* valid if CFSR says so */
    uint32_t bfar;  /* valid if CFSR says so */
    uint32_t pc;    /* as stacked; 0 where the stacking failed */
    uint32_t lr;    /* likewise; there, the newest return address on the stack */
    uint32_t xpsr;
    uint32_t sp; /* of the handler: the frame that the core stacked begins there */
};

/* Provided by the application: reports the fault to the host. It runs in the exception, on a
 * stack of its own, with interrupts off; it must not wait for ever. The core resets after it. */
void fault_report(const struct fault *fault);

#endif
