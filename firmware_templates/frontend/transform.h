/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_TRANSFORM_H
#define FRONTEND_TRANSFORM_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/* What becomes of bin k is in elements 2 k and 2 k + 1 of the transformed buffer. */
#define TRANSFORM_BIN_STRIDE 2u

/*
 * Both take what window_apply put into the buffer and what it returned, and replace the windowed
 * and shifted samples, of magnitude <= 2^30, by their spectrum, divided by MEL_CFFT_POINTS: bins k,
 * MEL_FIRST_BIN <= k < MEL_END_BIN. Other elements are left undefined. The buffer is aligned to 4
 * bytes. A project has the one that its record needs.
 */

/* Element 2 k: 2 |X(k)| / MEL_CFFT_POINTS in the unit of the shifted samples, as uint32. */
void transform_magnitude_q31(int32_t buffer[MEL_FFT_SAMPLES], uint32_t block_shift);

/* Elements 2 k and 2 k + 1: |X(k) / MEL_CFFT_POINTS|^2, below 2^62, as uint64. */
void transform_power_u64(int32_t buffer[MEL_FFT_SAMPLES], uint32_t block_shift);

/* The power of bin k: its lower word comes first. */
static inline uint64_t transform_power_of(const int32_t buffer[MEL_FFT_SAMPLES], uint32_t k) {
    const uint32_t lower = (uint32_t)buffer[TRANSFORM_BIN_STRIDE * k];
    const uint32_t upper = (uint32_t)buffer[TRANSFORM_BIN_STRIDE * k + 1u];
    return ((uint64_t)upper << 32) | lower;
}

#endif
