/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/frontend.h"

#include <string.h>

#include "frontend/dsp_words.h"

/* The hops that the gate looks at; a frame is made of such, even where its hop is longer. */
#define HOP_SAMPLES MEL_GATE_SAMPLES
#define OVERLAP_SAMPLES (MEL_FRAME_SAMPLES - HOP_SAMPLES)

/* From frame to frame; the window is 0 over the first of the overlap. */
#define KEEPS_SAMPLES (OVERLAP_SAMPLES > MEL_WINDOW_START)
#define KEPT_SAMPLES (OVERLAP_SAMPLES - MEL_WINDOW_START)

#define BLOCK_SAMPLES ((uint32_t)(8u * sizeof(int32_t) / sizeof(frame_sample)))

/* Samples before the first hop, so that a hop ends where a frame does. */
#define HOP_PHASE (MEL_FRAME_SAMPLES % HOP_SAMPLES)

/* What the output keeps; null where it keeps nothing. */
static struct output_state *output_of(struct frontend *self) {
#if MEL_NOISE_ESTIMATES
    return &self->output;
#else
    (void)self;
    return NULL;
#endif
}

static uint32_t smaller_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Samples still missing until the hop that is being filled is complete. */
static uint32_t missing_in_hop(const struct frontend *self) {
#if HOP_PHASE != 0u
    if (self->fill < HOP_PHASE) {
        return HOP_PHASE + HOP_SAMPLES - self->fill;
    }
#endif
    return HOP_SAMPLES - (self->fill - HOP_PHASE) % HOP_SAMPLES;
}

#if MEL_PRE_EMPHASIS_Q31 == 0 || KEEPS_SAMPLES
/* Copy samples, to a lower place where the two overlap. */
static void copy_samples(frame_sample *to, const frame_sample *from, uint32_t count) {
    if ((((uintptr_t)to | (uintptr_t)from) & 3u) == 0u) {
        for (; count >= BLOCK_SAMPLES; count -= BLOCK_SAMPLES) {
            copy_8_words(to, from);
            to += BLOCK_SAMPLES;
            from += BLOCK_SAMPLES;
        }
    }
    memmove(to, from, count * sizeof *to);
}
#endif

/* Put samples after those of the frame. */
static void append(struct frontend *self, const int16_t *samples, uint32_t count) {
#if MEL_PRE_EMPHASIS_Q31 > 0
    for (uint32_t n = 0u; n < count; n++) {
        const int16_t sample = samples[n];
#if GATE_THRESHOLD_RMS > 0
        self->heard[self->fill % HOP_SAMPLES] = sample;
#endif
        self->samples[self->fill++] = frame_sample_emphasised(sample, self->before);
        self->before = sample;
    }
#else
    copy_samples(&self->samples[self->fill], samples, count);
    self->fill += count;
#endif
}

/* Whether the gate is open after the newest hop. */
static bool is_gate_open(struct frontend *self) {
#if GATE_THRESHOLD_RMS == 0
    (void)self;
    return true;
#elif MEL_PRE_EMPHASIS_Q31 > 0
    return gate_push_q15(&self->gate, self->heard); /* blind to the order of the samples */
#else
    return gate_push_q15(&self->gate, &self->samples[self->fill - HOP_SAMPLES]);
#endif
}

/* Move the frame's last samples to their places in the next one. */
static void drop_hop(frame_sample samples[MEL_FRAME_SAMPLES]) {
#if KEEPS_SAMPLES
    copy_samples(&samples[MEL_WINDOW_START], &samples[MEL_WINDOW_START + HOP_SAMPLES],
                 KEPT_SAMPLES);
#else
    (void)samples;
#endif
}

/* The newest hop is complete: ask the gate and, where a frame ends, compute or drop it. */
static int finish_hop(struct frontend *self, frontend_frame_fn on_frame, void *context) {
    const bool open = is_gate_open(self);
    if (self->fill < MEL_FRAME_SAMPLES) {
        return 0;
    }

    int error = 0;
    if (open) {
        int8_t frame[MEL_FEATURES];
        mel_compute_frame_s8(self->samples, &self->workspace, output_of(self), frame);
        self->frames++;
        error = on_frame(context, frame);
    } else {
        self->gated_frames++;
    }
    drop_hop(self->samples);
    self->fill = OVERLAP_SAMPLES;
#if MEL_HOP_SAMPLES > MEL_FRAME_SAMPLES
    self->skip = MEL_HOP_SAMPLES - MEL_FRAME_SAMPLES;
#endif
    return error < 0 ? error : 0;
}

void frontend_reset(struct frontend *self) {
    self->fill = MEL_PADDING_SAMPLES;
#if MEL_PADDING_SAMPLES > 0
    memset(self->samples, 0, sizeof self->samples);
#endif
#if MEL_HOP_SAMPLES > MEL_FRAME_SAMPLES
    self->skip = 0u;
#endif
#if MEL_PRE_EMPHASIS_Q31 > 0
    self->before = 0;
#if GATE_THRESHOLD_RMS > 0
    memset(self->heard, 0, sizeof self->heard);
#endif
#endif
    self->frames = 0u;
    self->gated_frames = 0u;
    gate_reset(&self->gate);
#if MEL_NOISE_ESTIMATES
    output_reset(&self->output);
#endif
}

int frontend_push_q15(struct frontend *self, const int16_t *samples, uint32_t count,
                      frontend_frame_fn on_frame, void *context) {
    while (count > 0u) {
#if MEL_HOP_SAMPLES > MEL_FRAME_SAMPLES
        if (self->skip > 0u) {
            const uint32_t skipped = smaller_u32(self->skip, count);
#if MEL_PRE_EMPHASIS_Q31 > 0
            self->before = samples[skipped - 1u];
#endif
            self->skip -= skipped;
            samples += skipped;
            count -= skipped;
            continue;
        }
#endif
        const uint32_t missing = missing_in_hop(self);
        const uint32_t taken = smaller_u32(missing, count);
        append(self, samples, taken);
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

#if MEL_PADDING_SAMPLES > 0
int frontend_end(struct frontend *self, frontend_frame_fn on_frame, void *context) {
    static const int16_t zeros[32];
    uint32_t count = MEL_PADDING_SAMPLES;

    if (self->fill == MEL_PADDING_SAMPLES && self->frames + self->gated_frames == 0u) {
        return 0; /* no sample came */
    }
#if MEL_PRE_EMPHASIS_Q31 > 0
    self->before = 0; /* the zeros are after the pre-emphasis */
#endif
    while (count > 0u) {
        const uint32_t taken = smaller_u32(count, sizeof zeros / sizeof zeros[0]);
        const int error = frontend_push_q15(self, zeros, taken, on_frame, context);
        if (error < 0) {
            return error;
        }
        count -= taken;
    }
    return 0;
}
#endif
