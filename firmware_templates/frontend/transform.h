/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_TRANSFORM_H
#define FRONTEND_TRANSFORM_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/* Magnitude of bin k is in element 2 k of the transformed buffer, as uint32. */
#define TRANSFORM_BIN_STRIDE 2u

/*
 * Replace MEL_FRAME_SAMPLES windowed samples of magnitude <= 2^30 by the magnitudes of their
 * spectrum.
 *
 * Bin k, MEL_FIRST_BIN <= k < MEL_END_BIN, becomes 2 |X(k)| / MEL_CFFT_POINTS in the unit of the
 * input: with the input in Q(f), the magnitude is in Q(f - 7). Other elements are left undefined.
 */
void transform_magnitude_q31(int32_t buffer[MEL_FRAME_SAMPLES]);

#endif
