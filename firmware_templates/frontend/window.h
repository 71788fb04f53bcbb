/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_WINDOW_H
#define FRONTEND_WINDOW_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/*
 * Multiply a frame of int16 samples by the Hann window and scale the whole frame by a power of two
 * so that its largest magnitude fills 30 bits.
 *
 * Returns the block shift b, 0 ... 30: windowed[n] = samples[n] / 2^15 * window(n) in Q(30 + b).
 * A frame of zeros gives b = 30.
 */
uint32_t window_apply_q15(const int16_t samples[MEL_FRAME_SAMPLES],
                          int32_t windowed[MEL_FRAME_SAMPLES]);

#endif
