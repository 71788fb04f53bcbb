/* SPDX-License-Identifier: Apache-2.0 */
/* The core's cycle counter, which cycle_counter_now() reads. It is stopped while the core sleeps.
 *
 * A debugger shares it: one that disconnects clears DEMCR.TRCENA, and from then on the counter
 * is stopped until it is set going again. */
#ifndef PORT_CYCLE_COUNTER_H
#define PORT_CYCLE_COUNTER_H

#include <stdbool.h>
#include "library/cycles.h"

void cycle_counter_begin(void);

/* Sets the counter going again if it has been stopped, and returns true then. */
bool cycle_counter_rearm(void);

#endif
