/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the front-end's frames back to the host, some at a time, from where they are. */
#ifndef APP_FEATURES_H
#define APP_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

void features_begin(uint32_t clip_id, bool wanted);

/* Takes the next frame, which stays where it is until it is sent. `next_lies_behind`: so will the
 * frame after it; otherwise those taken are sent at once. */
void features_add(const int8_t *frame, bool next_lies_behind);
void features_flush(void);

#endif
