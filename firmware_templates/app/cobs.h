/* SPDX-License-Identifier: Apache-2.0 */
/* Consistent overhead byte stuffing (Cheshire and Baker, 1999): bytes without zeros, so that a
 * zero can delimit frames. One code byte for every 254 bytes begun. */
#ifndef APP_COBS_H
#define APP_COBS_H

#include <stdbool.h>
#include <stdint.h>

#define COBS_ENCODED_BYTES(count) ((count) + ((count) + 253u) / 254u)

/* Encodes; `out` holds COBS_ENCODED_BYTES(count), at least 1. No delimiter is written. Returns the
 * bytes written. */
uint32_t cobs_encode(const uint8_t *bytes, uint32_t count, uint8_t *out);

enum cobs_status {
    COBS_MORE = 0,     /* all bytes taken, no delimiter yet */
    COBS_FRAME = 1,    /* a frame ended; its length is in decoded_bytes */
    COBS_DAMAGED = -1, /* a frame ended, but it is none: cut short, or longer than `limit` */
};

/* Decodes as bytes arrive. */
struct cobs_decoder {
    uint8_t *out;
    uint32_t limit;
    uint32_t decoded_bytes;
    uint32_t encoded_bytes; /* of the frame so far, its delimiter included */
    uint8_t run_left;       /* bytes until the next code byte */
    bool zero_due;          /* a zero comes before the next run, unless the frame ends */
    bool overflow;
};

void cobs_begin(struct cobs_decoder *self, uint8_t *out, uint32_t limit);

/* Takes bytes up to and including the first delimiter; `taken` says how many. Behind COBS_FRAME
 * and COBS_DAMAGED call cobs_begin() for the next frame. An empty frame is COBS_FRAME of 0. */
enum cobs_status cobs_decode(struct cobs_decoder *self, const uint8_t *bytes, uint32_t count,
                             uint32_t *taken);

#endif
