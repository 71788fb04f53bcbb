/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host_frontend.h"

#include <string.h>

#include "frontend/frontend.h"

struct collector {
    int8_t *frames;
    uint32_t capacity;
    uint32_t count;
};

static int collect_frame(void *context, const int8_t frame[MEL_FEATURES]) {
    struct collector *self = context;
    if (self->count == self->capacity) {
        return -1;
    }
    memcpy(self->frames + (size_t)self->count * MEL_FEATURES, frame, MEL_FEATURES);
    self->count++;
    return 0;
}

int32_t host_frontend_features_s8(const int16_t *samples, uint32_t count, int8_t *frames,
                                  uint32_t capacity) {
    struct frontend frontend;
    struct collector collector = {.frames = frames, .capacity = capacity};
    frontend_reset(&frontend);
    int error = frontend_push_q15(&frontend, samples, count, collect_frame, &collector);
#if MEL_PADDING_SAMPLES > 0
    if (error == 0) {
        error = frontend_end(&frontend, collect_frame, &collector);
    }
#endif
    return error < 0 ? -1 : (int32_t)collector.count;
}

uint32_t host_frontend_bands(void) {
    return MEL_FEATURES;
}

uint32_t host_frontend_hop_samples(void) {
    return MEL_HOP_SAMPLES;
}
