/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the core: barriers do nothing, interrupts and sleep are those of line.c. */
#ifndef CORE_CORTEX_M_H
#define CORE_CORTEX_M_H

#include <stdint.h>

#include "line.h"

static inline void core_data_barrier(void) {
}

static inline void core_memory_barrier(void) {
}

static inline void core_wait_for_interrupt(void) {
    line_sleep();
}

static inline void core_interrupts_disable(void) {
    line_mask(true);
}

static inline void core_interrupts_enable(void) {
    line_mask(false);
}

static inline void core_enable_line(uint32_t number, uint8_t priority) {
    (void)number;
    (void)priority;
}

#endif
