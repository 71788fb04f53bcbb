/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/filterbank.h"

#include "frontend/transform.h"

/*
 * Between mel edges j and j + 1 the triangle of band j rises and that of band j - 1 falls, and
 * their weights add up to one: what a bin does not give to band j, it gives to band j - 1.
 */
void filterbank_apply_u32(const uint32_t transformed[MEL_FFT_SAMPLES], uint64_t sums[MEL_BANDS]) {
    const uint32_t *weight = mel_bin_weights_q24;
    uint32_t bin = MEL_FIRST_BIN;

    for (uint32_t segment = 0u; segment <= MEL_BANDS; segment++) {
        uint64_t all = 0u;
        uint64_t rising = 0u;
        for (; bin < mel_segment_end_bins[segment]; bin++) {
            const uint32_t magnitude = transformed[TRANSFORM_BIN_STRIDE * bin];
            all += magnitude;
            rising += (uint64_t)magnitude * *weight++;
        }
        if (segment > 0u) {
            sums[segment - 1u] += (all << MEL_BIN_WEIGHT_BITS) - rising;
        }
        if (segment < MEL_BANDS) {
            sums[segment] = rising;
        }
    }
}
