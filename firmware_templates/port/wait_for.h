/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a peripheral's flag. If it never comes, the watchdog resets the part. */
#ifndef PORT_WAIT_FOR_H
#define PORT_WAIT_FOR_H

#include <stdint.h>

static inline void wait_for(volatile uint32_t *status, uint32_t mask, uint32_t value) {
    while ((*status & mask) != value) {
    }
}

#endif
