/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/filterbank.h"

#include "frontend/dsp_words.h"
#include "frontend/transform.h"

#define WHOLE (1u << MEL_BIN_WEIGHT_BITS)

/*
 * Between mel edges j and j + 1 the triangle of band j rises and that of band j - 1 falls, and
 * their weights add up to one: what a bin does not give to band j, it gives to band j - 1.
 */
void filterbank_apply_u32(const uint32_t transformed[MEL_FFT_SAMPLES], uint64_t sums[MEL_BANDS]) {
    const uint32_t *weight = mel_bin_weights_q24;
    const uint32_t *magnitude = &transformed[TRANSFORM_BIN_STRIDE * MEL_FIRST_BIN];
    uint64_t rising = 0u;
    uint64_t below_first;
    uint64_t *sum = &below_first;

    for (uint32_t segment = 0u; segment <= MEL_BANDS; segment++) {
        const uint32_t *end = &transformed[TRANSFORM_BIN_STRIDE * mel_segment_end_bins[segment]];
        uint64_t falling = rising; /* what of the band's triangle rose in the segment before */
        rising = 0u;
        for (; magnitude != end; magnitude += TRANSFORM_BIN_STRIDE) {
            rising += (uint64_t)*magnitude * *weight;
            falling += (uint64_t)*magnitude * (WHOLE - *weight);
            weight++;
            FORGET_ORIGIN(weight);
            FORGET_ORIGIN(magnitude);
        }
        *sum = falling;
        sum = &sums[segment];
    }
}
