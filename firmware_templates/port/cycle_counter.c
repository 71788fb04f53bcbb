/* SPDX-License-Identifier: Apache-2.0 */
#include "port/cycle_counter.h"

#include "core/cortex_m.h"

void cycle_counter_begin(void) {
    DEMCR |= DEMCR_TRCENA; /* without it the DWT does not count, nor take writes */
#ifdef CORE_CORTEX_M7
    DWT_LAR = DWT_LAR_UNLOCK; /* the M7 locks its DWT against the program itself (DDI 0489) */
#endif
    DWT_CYCCNT = 0u;
    DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

uint32_t cycle_counter_now(void) {
    return DWT_CYCCNT;
}
