/* SPDX-License-Identifier: Apache-2.0 */
/* SysTick runs by itself and no debugger touches it; the cycle counter can be stopped by one, and
 * is stopped in sleep. So they are compared where nothing sleeps (DDI 0403, DDI 0553: SysTick,
 * DWT). */
#include "port/clock_check.h"

#include "core/cortex_m.h"
#include "port/cycle_counter.h"

#define CHECK_CLOCKS 16384u
#define CHECK_TURNS 16384u /* of two clocks each and more */

struct clock_check clock_check_run(void) {
    const uint32_t period = SYSTICK_RVR + 1u;
    struct clock_check check = {0};
    uint32_t before = SYSTICK_CVR;
    const uint32_t begun = cycle_counter_now();
    for (uint32_t turn = 0u; turn < CHECK_TURNS && check.clocks < CHECK_CLOCKS; turn++) {
        const uint32_t now = SYSTICK_CVR; /* it counts down */
        check.clocks += before >= now ? before - now : before + period - now;
        before = now;
    }
    check.cycles = cycle_counter_now() - begun;
    return check;
}
