/* SPDX-License-Identifier: Apache-2.0 */
/* What the firmware checks of its own memories: weights in flash, words beside the rings. */
#ifndef APP_SELF_CHECK_H
#define APP_SELF_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* Reads all weights. True if they are as generated, and were each time before: an answer may come
 * from any time since the start. */
bool self_check_weights(void);

/* What has come of that so far, without another look. */
bool self_check_weights_damaged(void);

/* The CRC-32 that was found where they were damaged first. */
uint32_t self_check_damaged_crc(void);

/* Looks at the words beside the rings, and does not return where one of them was overwritten: who
 * has done that may have overwritten more. */
void self_check_rings(void);

/* Reads the weights, and sends CHECK. */
void self_check_send(void);

#endif
