/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_MEL_H
#define FRONTEND_MEL_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/* Scratch of one frame; its contents mean nothing between frames. */
struct mel_workspace {
    int32_t spectrum[MEL_FRAME_SAMPLES];
    uint64_t mel[MEL_BANDS];
};

/*
 * One frame of 512 samples at 16 kHz to 64 log-mel bands in the model's int8 scale:
 * round(ln(mel + 1e-4) / scale) + zero point, clamped.
 */
void mel_compute_frame_s8(const int16_t samples[MEL_FRAME_SAMPLES], struct mel_workspace *workspace,
                          int8_t frame[MEL_BANDS]);

#endif
