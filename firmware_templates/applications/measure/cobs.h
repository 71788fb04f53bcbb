/* SPDX-License-Identifier: Apache-2.0 */
/* Consistent overhead byte stuffing (Cheshire and Baker, 1999): bytes without zeros, so that a
 * zero can delimit frames. One code byte for every 254 bytes begun. */
#ifndef APP_COBS_H
#define APP_COBS_H

#include <stdbool.h>
#include <stdint.h>

/* What an encoder holds back at most: a run whose code byte is not known yet. */
#define COBS_RUN_BYTES 255u

/* At most so many bytes come of `count`, beside those held back. */
#define COBS_ENCODED_BYTES(count) ((count) + ((count) + 253u) / 254u)

/* Puts a byte `at` places after the frame's first one. Places come in order, but for that of the
 * code byte, which is put when its run has ended. */
typedef void (*cobs_place_fn)(uint32_t at, uint8_t byte);

/* Encodes as bytes come. */
struct cobs_encoder {
    cobs_place_fn place;
    uint32_t code_at; /* place of the code byte still due: what is before it is final */
    uint32_t next;    /* place of the byte after it all */
    uint8_t code;
};

void cobs_encode_begin(struct cobs_encoder *self, cobs_place_fn place);
void cobs_encode(struct cobs_encoder *self, const uint8_t *bytes, uint32_t count);

/* Puts the last code byte and the delimiter; returns the bytes of the frame. */
uint32_t cobs_encode_end(struct cobs_encoder *self);

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

/* Takes bytes up to and including the first delimiter; `taken` says how many. After COBS_FRAME
 * and COBS_DAMAGED call cobs_begin() for the next frame. An empty frame is COBS_FRAME of 0. */
enum cobs_status cobs_decode(struct cobs_decoder *self, const uint8_t *bytes, uint32_t count,
                             uint32_t *taken);

#endif
