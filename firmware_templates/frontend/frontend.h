/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_FRONTEND_H
#define FRONTEND_FRONTEND_H

#include <stdint.h>

#include "frontend/gate.h"
#include "frontend/mel.h"

/*
 * The front-end: a stream of mono int16 samples in, int8 frames out.
 *
 *     samples -> pre-emphasis -> frames -> gate --open--> mel -> on_frame
 *                                             \--closed--> counted, dropped
 *
 * Frames are MEL_FRAME_SAMPLES long, one every MEL_HOP_SAMPLES. MEL_PADDING_SAMPLES zeros stand
 * before a clip's first sample, and as many after its last.
 */

/* Called for each frame; a negative result stops the push and is returned by it. */
typedef int (*frontend_frame_fn)(void *context, const int8_t frame[MEL_FEATURES]);

struct frontend {
    _Alignas(4) frame_sample samples[MEL_FRAME_SAMPLES]; /* the newest samples, oldest first */
    uint32_t fill;                                       /* how many of them are valid */
#if MEL_HOP_SAMPLES > MEL_FRAME_SAMPLES
    uint32_t skip; /* samples until the next frame begins */
#endif
#if MEL_PRE_EMPHASIS_Q31 > 0
    int16_t before; /* the newest sample, as it came */
#if GATE_THRESHOLD_RMS > 0
    int16_t heard[MEL_GATE_SAMPLES]; /* the newest hop as it came, in a ring: for the gate */
#endif
#endif
    struct gate gate;
#if MEL_NOISE_ESTIMATES
    struct output_state output;
#endif
    struct mel_workspace workspace;
    uint32_t frames;       /* frames given to on_frame since the reset */
    uint32_t gated_frames; /* frames dropped by the gate since the reset */
};

/* Forget all samples and counts. */
void frontend_reset(struct frontend *self);

/* Take `count` samples, any number. Returns 0, or what on_frame returned if that was negative. */
int frontend_push_q15(struct frontend *self, const int16_t *samples, uint32_t count,
                      frontend_frame_fn on_frame, void *context);

#if MEL_PADDING_SAMPLES > 0
/*
 * The clip has ended: give the frames that reach beyond its last sample; none if it had no sample.
 * Only a reset may follow. Returns as a push does.
 */
int frontend_end(struct frontend *self, frontend_frame_fn on_frame, void *context);
#endif

#endif
