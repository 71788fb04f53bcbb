/* SPDX-License-Identifier: Apache-2.0 */
/* Sends the front-end's frames back to the host, some at a time. */
#ifndef APP_FEATURES_H
#define APP_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

void features_begin(uint32_t clip_id, bool wanted);
void features_add(const int8_t *frame);
void features_flush(void);

#endif
