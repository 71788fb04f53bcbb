/* SPDX-License-Identifier: Apache-2.0 */
/* The host: numbers its frames, keeps to its credit if it is polite, and puts them on the line,
 * which may damage them. */
#ifndef FUZZ_HOST_H
#define FUZZ_HOST_H

#include <stdbool.h>
#include <stdint.h>

enum host_damage {
    HOST_WHOLE = 0,
    HOST_FLIP,   /* a bit of one byte */
    HOST_DROP,   /* one byte */
    HOST_CUT,    /* all from one byte on */
    HOST_DOUBLE, /* the frame comes twice */
    HOST_INSERT, /* one byte more; a polite host's line does not */
    HOST_DAMAGES,
};

struct host_frame {
    uint8_t type;
    uint8_t skipped; /* sequence numbers left out before it */
    const uint8_t *payload;
    uint32_t bytes;
    enum host_damage damage;
    uint16_t damage_at; /* modulo the frame's length */
};

/* A polite host never sends beyond its credit; another one does not look at it. */
void host_begin(bool polite);
bool host_is_polite(void);

void host_send(const struct host_frame *frame);
void host_send_raw(const uint8_t *bytes, uint32_t count);

/* Puts on the line what may go. `idle`: the firmware has had all and said all, so that an answer
 * which has not come never will. */
void host_pump(bool idle);

/* Takes a message of the firmware. */
void host_hear(uint8_t type, const uint8_t *payload, uint32_t bytes);

/* Frames wait for credit or for an answer. */
bool host_waits(void);

/* The line has damaged something, or the host has sent more than it may. */
bool host_was_disturbed(void);

/* Bytes that it may send now; only of a polite host that has said hello. */
uint32_t host_credit(void);
bool host_has_credit(void);

#endif
