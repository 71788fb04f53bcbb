/* SPDX-License-Identifier: Apache-2.0 */
#include "port/cycle_counter.h"

#include "core/cortex_m.h"

static void start_counting(void) {
    DEMCR |= DEMCR_TRCENA; /* without it the DWT does not count, nor take writes */
#ifdef CORE_CORTEX_M7
    DWT_LAR = DWT_LAR_UNLOCK; /* the M7 locks its DWT against the program itself (DDI 0489) */
#endif
    DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

void cycle_counter_begin(void) {
    start_counting();
    DWT_CYCCNT = 0u;
}

uint32_t cycle_counter_now(void) {
    return DWT_CYCCNT;
}

bool cycle_counter_rearm(void) {
    /* In this order: without TRCENA the DWT's own registers mean nothing. */
    if ((DEMCR & DEMCR_TRCENA) != 0u && (DWT_CTRL & DWT_CTRL_CYCCNTENA) != 0u) {
        return false;
    }
    start_counting();
    return true;
}
