/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_twin.h"

#include <string.h>

#include "library/cycles.h"

struct recorder {
    int8_t *frames;
    uint32_t frames_capacity, frames_count;
    struct listener_patch *patches;
    uint32_t patches_capacity, patches_count;
};

struct tap {
    uint8_t *values;
    uint32_t capacity_bytes;
    uint32_t seen_bytes;
};

static struct tap taps[NETWORK_OPERATORS];

/* The host's time is nobody's cycles. */
uint32_t cycle_counter_now(void) {
    return 0u;
}

void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes) {
    if (operator_index >= NETWORK_OPERATORS || taps[operator_index].values == NULL) {
        return;
    }
    struct tap *self = &taps[operator_index];
    const uint32_t start = row * bytes;
    if (start + bytes <= self->capacity_bytes) {
        memcpy(self->values + start, values, bytes);
    }
    if (start + bytes > self->seen_bytes) {
        self->seen_bytes = start + bytes;
    }
}

void host_twin_tap(uint32_t operator_index, void *values, uint32_t capacity_bytes) {
    if (operator_index < NETWORK_OPERATORS) {
        taps[operator_index] = (struct tap){.values = values, .capacity_bytes = capacity_bytes};
    }
}

uint32_t host_twin_tapped_bytes(uint32_t operator_index) {
    return operator_index < NETWORK_OPERATORS ? taps[operator_index].seen_bytes : 0u;
}

static void record_frame(void *context, const int8_t *frame) {
    struct recorder *self = context;
    if (self->frames_count < self->frames_capacity) {
        memcpy(self->frames + (size_t)self->frames_count * NETWORK_BANDS, frame, NETWORK_BANDS);
        self->frames_count++;
    }
}

static void record_patch(void *context, const struct listener_patch *patch) {
    struct recorder *self = context;
    if (self->patches_count < self->patches_capacity) {
        self->patches[self->patches_count] = *patch;
        self->patches_count++;
    }
}

int32_t host_twin_run_clip_q15(const int16_t *samples, uint32_t count, uint32_t piece,
                               int8_t *frames, uint32_t frames_capacity,
                               struct listener_patch *patches, uint32_t patches_capacity,
                               struct listener_clip *clip) {
    static struct listener listener;
    struct recorder recorder = {.frames = frames,
                                .frames_capacity = frames_capacity,
                                .patches = patches,
                                .patches_capacity = patches_capacity};
    const struct listener_events events = {
        .context = &recorder, .on_frame = record_frame, .on_patch = record_patch};
    listener_begin(&listener, &events);
    while (count > 0u) {
        const uint32_t taken = piece > 0u && piece < count ? piece : count;
        const int error = listener_push_q15(&listener, samples, taken);
        if (error < 0) {
            return error;
        }
        samples += taken;
        count -= taken;
    }
    return listener_end(&listener, clip);
}

int32_t host_twin_run_patch_s8(const int8_t *frames, int8_t scores[NETWORK_CLASSES]) {
    int status = NETWORK_MORE;
#ifdef NETWORK_KEEPS_STATE
    network_reset();
#endif
    network_begin();
    for (uint32_t frame = 0u; frame < NETWORK_FRAMES && status >= 0; frame++) {
        status = network_push_frame_s8(frames + (size_t)frame * NETWORK_BANDS);
    }
    if (status == NETWORK_READY) {
        memcpy(scores, network_scores_s8(), NETWORK_CLASSES);
    }
    return status;
}

void host_twin_scores_f32(float scores[NETWORK_CLASSES]) {
    network_scores_f32(scores);
}

void host_twin_sizes(struct host_sizes *sizes) {
    *sizes = (struct host_sizes){.frames = NETWORK_FRAMES,
                                 .bands = NETWORK_BANDS,
                                 .classes = NETWORK_CLASSES,
                                 .operators = NETWORK_OPERATORS};
}
