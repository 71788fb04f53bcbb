/* SPDX-License-Identifier: Apache-2.0 */
/* What the board half counts for m2m_load_take(). */
#ifndef BOARD_LOAD_H
#define BOARD_LOAD_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the account: cpu_clocks() counts by now. */
void load_begin(void);

/* Sleeps unless work() says that there is something to do, and accounts for it. */
void load_sleep_unless(bool (*work)(void));

void load_add_overruns(uint32_t words);
void load_add_dropped(void);

#endif
