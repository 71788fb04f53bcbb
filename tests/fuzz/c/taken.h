/* SPDX-License-Identifier: Apache-2.0 */
/* What link_receive() must say of the bytes that it takes: computed from those bytes alone. Each
 * call of it goes through here, and its answer must be the right one. */
#ifndef FUZZ_TAKEN_H
#define FUZZ_TAKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "app/link.h"

void taken_begin(void);

/* The target's: what link_receive() is about to return, checked already. */
void on_received(enum link_event event, const struct link_received *received);

/* Bytes taken out of the ring since the last HELLO_REQUEST or RESUME_REQUEST, its end included. */
uint32_t taken_since_request(void);
uint32_t taken_bytes(void);

/* The receiver noticed so many errors, of the line and of lost bytes. */
void taken_expect_errors(uint32_t overruns, uint32_t line_errors);

#endif
