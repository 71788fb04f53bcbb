/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for the front-end: so many samples are a frame, silence is gated, and what went in is
 * summed up so that a sample lost, doubled or out of order is seen. */
#ifndef FRONTEND_FRONTEND_H
#define FRONTEND_FRONTEND_H

#include <stdint.h>

#define MEL_FEATURES 64u
#define MEL_HOP_SAMPLES 100u
#define MEL_PADDING_SAMPLES 0

struct frontend {
    uint32_t samples;
    uint32_t checksum;
    uint32_t gated_frames;
    int8_t next;
};

#define FRONTEND_ERROR (-77)
#define FRONTEND_BAD_SAMPLE 0x7FFF /* the stand-in returns its error for this one */

void frontend_reset(struct frontend *self);
int frontend_push_q15(struct frontend *self, const int16_t *samples, uint32_t count,
                      int (*on_frame)(void *context, const int8_t *frame), void *context);

/* What the checksum is after one more sample. */
uint32_t frontend_checksum(uint32_t before, int16_t sample);

#endif
