/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/filterbank.h"

#include "frontend/transform.h"

/*
 * As filterbank.c, of powers below 2^62. A product with a weight in Q24 has 86 bits: both words of
 * a power are multiplied by themselves, and the lower one's product gives up its lowest 8 bits, so
 * that the bins of a whole transform fit in 64. Half of a sum's unit is far below the noise.
 */
void filterbank_apply_u64(const int32_t transformed[MEL_FFT_SAMPLES], uint64_t sums[MEL_BANDS]) {
    const uint32_t *weight = mel_bin_weights_q24;
    uint32_t bin = MEL_FIRST_BIN;

    for (uint32_t segment = 0u; segment <= MEL_BANDS; segment++) {
        uint64_t all = 0u;
        uint64_t upper = 0u; /* Q56 of the sum's unit, without its lower 32 bits */
        uint64_t lower = 0u; /* Q16 */
        for (; bin < mel_segment_end_bins[segment]; bin++) {
            const uint64_t power = transform_power_of(transformed, bin);
            all += power;
            upper += (power >> 32) * *weight;
            lower += ((power & UINT32_MAX) * *weight) >> 8;
            weight++;
        }
        const uint64_t rising = (upper << (32u - MEL_BIN_WEIGHT_BITS)) + (lower >> 16);
        if (segment > 0u) {
            sums[segment - 1u] += all - rising;
        }
        if (segment < MEL_BANDS) {
            sums[segment] = rising;
        }
    }
}
