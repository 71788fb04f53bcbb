/* SPDX-License-Identifier: Apache-2.0 */
/* Core cycles, modulo 2^32. It stands still while the core sleeps. A host build returns 0. */
#ifndef PORT_CYCLE_COUNTER_H
#define PORT_CYCLE_COUNTER_H

#include <stdint.h>

void cycle_counter_begin(void);
uint32_t cycle_counter_now(void);

#endif
