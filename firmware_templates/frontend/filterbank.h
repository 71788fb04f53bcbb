/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_FILTERBANK_H
#define FRONTEND_FILTERBANK_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/*
 * Sum the magnitudes of a transformed buffer (transform.h) under the triangles of the bands.
 *
 * With the magnitudes in Q(f) the sums are in Q(f + 24); they stay below 2^62.
 */
void filterbank_apply_u32(const uint32_t transformed[MEL_FFT_SAMPLES], uint64_t sums[MEL_BANDS]);

/* The same of powers, below 2^62: the sums are in the powers' own unit. */
void filterbank_apply_u64(const int32_t transformed[MEL_FFT_SAMPLES], uint64_t sums[MEL_BANDS]);

#endif
