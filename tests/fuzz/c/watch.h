/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at all that the firmware sends: each byte leaves as it was written, each frame is whole and
 * in sequence, and is handed to the target. */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* The target's: a frame that was released to the line. */
void on_sent(uint8_t type, const uint8_t *payload, uint32_t bytes);

void watch_begin(void);

/* All that was released has left, and no frame is cut short. */
void watch_end(void);

/* The firmware polls from now on: a frame that was under way is cut. */
bool watch_is_polled(void);

#endif
