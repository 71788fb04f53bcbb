/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_HOST_TWIN_H
#define HOST_HOST_TWIN_H

#include <stdint.h>

#include "library/listener.h"

/*
 * What a host program calls to run the firmware's portable code: whole clips through the listener,
 * or frames straight into the network. One caller at a time: the network's memory is static.
 */

struct host_sizes {
    uint32_t frames, bands, classes, operators;
};

void host_twin_sizes(struct host_sizes *sizes);

/*
 * A clip from beginning to end, pushed in pieces of `piece` samples (0: all at once). Frames and
 * patches go to the arrays as far as they have room; `clip` counts all of them. Returns 0, or a
 * negative error of the listener.
 */
int32_t host_twin_run_clip_q15(const int16_t *samples, uint32_t count, uint32_t piece,
                               int8_t *frames, uint32_t frames_capacity,
                               struct listener_patch *patches, uint32_t patches_capacity,
                               struct listener_clip *clip);

/* NETWORK_FRAMES frames to the scores, without front-end. Returns what the last push returned. */
int32_t host_twin_run_patch_s8(const int8_t *frames, int8_t scores[NETWORK_CLASSES]);

/* The scores of the last patch, as probabilities. */
void host_twin_scores_f32(float scores[NETWORK_CLASSES]);

/*
 * From now on the rows of this operator's output are copied to `values`, one after the other in
 * the order of their row number; rows that do not fit within `capacity_bytes` are not. NULL ends
 * it.
 */
void host_twin_tap(uint32_t operator_index, void *values, uint32_t capacity_bytes);

/* Bytes that the tap has seen since host_twin_tap(): the highest end of a row. */
uint32_t host_twin_tapped_bytes(uint32_t operator_index);

#endif
