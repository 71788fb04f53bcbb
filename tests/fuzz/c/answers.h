/* SPDX-License-Identifier: Apache-2.0 */
/* What a session must answer, written from docs/wire.md: of each message that is received, which
 * ones are sent, and what is in them. */
#ifndef FUZZ_ANSWERS_H
#define FUZZ_ANSWERS_H

#include <stdint.h>

#include "app/link.h"

void answers_begin(void);

/* A message or a problem was received: all that the one before it asked for was sent by now. */
void answers_expect(enum link_event event, const struct link_received *received);

/* A message was sent. */
void answers_take(uint8_t type, const uint8_t *payload, uint32_t bytes);

/* Nothing that was asked for is missing. */
void answers_end(void);

#endif
