/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/frontend.h"

#include <string.h>

#define OVERLAP_SAMPLES (MEL_FRAME_SAMPLES - MEL_HOP_SAMPLES)

/* Samples before the first hop, so that a hop ends where a frame does. */
#define HOP_PHASE (MEL_FRAME_SAMPLES % MEL_HOP_SAMPLES)

static uint32_t smaller_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Samples still missing until the hop that is being filled is complete. */
static uint32_t missing_in_hop(const struct frontend *self) {
#if HOP_PHASE != 0u
    if (self->fill < HOP_PHASE) {
        return HOP_PHASE + MEL_HOP_SAMPLES - self->fill;
    }
#endif
    return MEL_HOP_SAMPLES - (self->fill - HOP_PHASE) % MEL_HOP_SAMPLES;
}

/* Move the frame's last OVERLAP_SAMPLES to its front, in pieces that do not overlap. */
static void drop_hop(int16_t samples[MEL_FRAME_SAMPLES]) {
    for (uint32_t n = 0u; n < OVERLAP_SAMPLES; n += MEL_HOP_SAMPLES) {
        const uint32_t count = smaller_u32(MEL_HOP_SAMPLES, OVERLAP_SAMPLES - n);
        memcpy(&samples[n], &samples[n + MEL_HOP_SAMPLES], count * sizeof samples[0]);
    }
}

/* The newest hop is complete: ask the gate and, where a frame ends, compute or drop it. */
static int finish_hop(struct frontend *self, frontend_frame_fn on_frame, void *context) {
    const bool open = gate_push_q15(&self->gate, &self->samples[self->fill - MEL_HOP_SAMPLES]);
    if (self->fill < MEL_FRAME_SAMPLES) {
        return 0;
    }

    int error = 0;
    if (open) {
        int8_t frame[MEL_FEATURES];
        mel_compute_frame_s8(self->samples, &self->workspace, &self->output, frame);
        self->frames++;
        error = on_frame(context, frame);
    } else {
        self->gated_frames++;
    }
    drop_hop(self->samples);
    self->fill = OVERLAP_SAMPLES;
    return error < 0 ? error : 0;
}

void frontend_reset(struct frontend *self) {
    self->fill = 0u;
    self->frames = 0u;
    self->gated_frames = 0u;
    gate_reset(&self->gate);
    output_reset(&self->output);
}

int frontend_push_q15(struct frontend *self, const int16_t *samples, uint32_t count,
                      frontend_frame_fn on_frame, void *context) {
    while (count > 0u) {
        const uint32_t missing = missing_in_hop(self);
        const uint32_t taken = smaller_u32(missing, count);
        memcpy(&self->samples[self->fill], samples, taken * sizeof samples[0]);
        self->fill += taken;
        samples += taken;
        count -= taken;
        if (taken == missing) {
            const int error = finish_hop(self, on_frame, context);
            if (error < 0) {
                return error;
            }
        }
    }
    return 0;
}
