/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_HOST_CONTINUOUS_H
#define HOST_HOST_CONTINUOUS_H

#include <stdint.h>

#include "library/continuous.h"

/*
 * What a host program calls to listen without end as the firmware does. One caller at a time.
 */

struct host_step {
    uint64_t sample;
    uint64_t segment_begin; /* the first sample of the segment that it is of */
    uint32_t index;         /* of its patch */
    uint32_t silent;        /* 1: no patch, and no scores */
    int8_t scores[NETWORK_CLASSES];
};

/* Arrays with their room, and how many came: more than there was room for are counted only. */
struct host_record {
    struct host_step *steps;
    struct event *events;
    int8_t *frames;
    uint32_t steps_capacity, steps_count;
    uint32_t events_capacity, events_count;
    uint32_t frames_capacity, frames_count;
};

/* Begin; as if `sample` samples of silence and `patches` patches had come before. */
void host_continuous_begin(uint64_t sample, uint32_t patches);

/* What grows within a segment, as if it had been long: for tests. */
void host_continuous_age(uint32_t frames);

/* Frames of the segment as the listener counts them, by which it finds their rows: no large number.
 */
uint32_t host_continuous_frames(void);

/* Frames that the network has of its patch. */
uint32_t host_continuous_patch_frames(void);

/* Push samples in pieces of `piece` (0: all at once). Returns 0, or a negative error. */
int32_t host_continuous_push_q15(const int16_t *samples, uint32_t count, uint32_t piece,
                                 struct host_record *record);

#endif
