/* SPDX-License-Identifier: Apache-2.0 */
/* Core cycles, modulo 2^32. The counter is stopped while the core sleeps. A host build returns 0.
 *
 * A debugger shares it: one that disconnects clears DEMCR.TRCENA, and from then on the counter
 * is stopped until it is set going again. */
#ifndef PORT_CYCLE_COUNTER_H
#define PORT_CYCLE_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

void cycle_counter_begin(void);
uint32_t cycle_counter_now(void);

/* Sets the counter going again if it has been stopped, and returns true then. */
bool cycle_counter_rearm(void);

#endif
