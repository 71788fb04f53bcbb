/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/band_log2.h"
#include "frontend/dct.h"
#include "frontend/feature_scale.h"
#include "frontend/output.h"

/* sums -> log2 Q24 -> DCT Q16 -> int8: what a logarithm is to the record, and norm and lifter of a
 * coefficient, are in its multiplier. */
void output_frame_s8(struct output_state *state, const uint64_t sums[MEL_BANDS], uint32_t shift,
                     int8_t frame[MEL_FEATURES]) {
    (void)state;
    int32_t log2_q24[MEL_BANDS];
    band_log2_q24(sums, shift, log2_q24);

    for (uint32_t i = 0u; i < MEL_FEATURES; i++) {
        frame[i] = feature_scale_s8(dct_coefficient_q16(log2_q24, DCT_FIRST + i), i);
    }
}
