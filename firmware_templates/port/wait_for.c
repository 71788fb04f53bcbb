/* SPDX-License-Identifier: Apache-2.0 */
#include "port/wait_for.h"

#include "core/cpu.h"
#include "core/fault_record.h"
#include "port/registers.h"

/* Most flags come within microseconds, and are asked for without a pause at first. What takes
 * longer may take long: the clock that an ST-LINK feeds comes when that has started itself. */
#define FAST_POLLS 1000u
#define PAUSE_TURNS 64u
#define SLOW_POLL_CLOCKS (5u * PAUSE_TURNS) /* or more */
#define LIMIT_POLLS (FAST_POLLS + RCC_RESET_CLOCK_HZ / 10u / SLOW_POLL_CLOCKS)

static void pause(void) {
    for (volatile uint32_t turn = 0u; turn < PAUSE_TURNS; turn++) {
    }
}

bool wait_within_limit(volatile const uint32_t *status, uint32_t mask, uint32_t value) {
    /* The first look only makes the write before it take effect: a flag that a write clears may
     * still stand then, and would say "ready" of what was before. */
    (void)*status;
    for (uint32_t polls = 0u; polls < LIMIT_POLLS; polls++) {
        if ((*status & mask) == value) {
            return true;
        }
        if (polls >= FAST_POLLS) {
            pause();
        }
    }
    return false;
}

void wait_for(enum wait reason, volatile const uint32_t *status, uint32_t mask, uint32_t value) {
    if (!wait_within_limit(status, mask, value)) {
        fault_record_keep(RUN_END_WAIT, 0u, (uint32_t)reason);
        cpu_reset();
    }
}
