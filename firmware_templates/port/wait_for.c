/* SPDX-License-Identifier: Apache-2.0 */
#include "port/wait_for.h"

#include "core/cortex_m.h"
#include "core/cpu.h"
#include "port/registers.h"

/* A poll takes six clocks of the core or more. */
#define LIMIT_POLLS 100000u

/* Neither filled nor cleared at start. After a loss of power it is noise, and on a part whose RAM
 * has error codes it must not even be read; so it is written before it is. */
static struct {
    uint32_t reason;
    uint32_t inverse; /* ~reason, or there is none */
} given_up __attribute__((section(".noinit")));

static void note(enum wait reason) {
    given_up.reason = (uint32_t)reason;
    given_up.inverse = ~(uint32_t)reason;
}

bool wait_within_limit(volatile const uint32_t *status, uint32_t mask, uint32_t value) {
    for (uint32_t polls = 0u; polls < LIMIT_POLLS; polls++) {
        if ((*status & mask) == value) {
            return true;
        }
    }
    return false;
}

void wait_for(enum wait reason, volatile const uint32_t *status, uint32_t mask, uint32_t value) {
    if (!wait_within_limit(status, mask, value)) {
        note(reason);
        cpu_reset();
    }
}

enum wait wait_take_given_up(uint32_t reset_flags) {
    enum wait reason = WAIT_NONE;
    if ((reset_flags & RCC_RESET_POWER) == 0u && given_up.inverse == ~given_up.reason) {
        reason = (enum wait)given_up.reason;
    }
    note(WAIT_NONE);
    return reason;
}
