/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_MEL_H
#define FRONTEND_MEL_H

#include <stdint.h>

#include "frontend/frame_sample.h"
#include "frontend/mel_tables.h"
#include "frontend/output.h"

/* Scratch of one frame; its contents are not kept between frames. */
struct mel_workspace {
    int32_t spectrum[MEL_FFT_SAMPLES];
    uint64_t sums[MEL_BANDS];
};

/*
 * One frame of samples at MEL_SAMPLE_RATE_HZ to MEL_FEATURES values in the model's int8 scale:
 * round(feature / scale) + zero point, clamped.
 */
void mel_compute_frame_s8(const frame_sample samples[MEL_FRAME_SAMPLES],
                          struct mel_workspace *workspace, struct output_state *output,
                          int8_t frame[MEL_FEATURES]);

#endif
