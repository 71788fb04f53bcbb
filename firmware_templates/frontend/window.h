/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_WINDOW_H
#define FRONTEND_WINDOW_H

#include <stdint.h>

#include "frontend/frame_sample.h"
#include "frontend/mel_tables.h"

/*
 * Multiply a frame by the window, put zeros around it up to the length of the transform, and scale
 * all of it by a power of two so that its largest magnitude fills 30 bits. One file of the project
 * defines it: window_hann.c for an even periodic Hann window, window_any.c for the others.
 *
 * Returns the block shift b, 0 ... 30: windowed[n] = sample(n) * window(n) in Q(30 + b), samples of
 * full scale being 1; with pre-emphasis in Q(29 + b). A frame of zeros gives b = 30.
 */
uint32_t window_apply(const frame_sample samples[MEL_FRAME_SAMPLES],
                      int32_t windowed[MEL_FFT_SAMPLES]);

#endif
