/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/band_log2.h"
#include "frontend/dsp_words.h"
#include "frontend/output.h"

#define OUTPUT_SHIFT 48u /* log2 in Q24 times the multiplier in Q24 */

#ifdef MEL_OUTPUT_MULTIPLIER_Q24
#define MULTIPLIER_Q24(band) MEL_OUTPUT_MULTIPLIER_Q24
#else
#define MULTIPLIER_Q24(band) mel_output_multipliers_q24[band]
#endif
#ifdef MEL_OUTPUT_OFFSET_Q48
#define OFFSET_Q48(band) MEL_OUTPUT_OFFSET_Q48
#else
#define OFFSET_Q48(band) mel_output_offsets_q48[band]
#endif

/* round((logarithm - mean) / deviation / scale) + zero point, clamped: a multiple of log2, plus a
 * constant. */
void output_frame_s8(struct output_state *state, const uint64_t sums[MEL_BANDS], uint32_t shift,
                     int8_t frame[MEL_FEATURES]) {
    (void)state;
    const struct band_scale scale = band_scale_of(shift);

    for (uint32_t band = 0u; band < MEL_BANDS; band++) {
        const int32_t log2_q24 = band_log2_of(sums[band], band, &scale);
        const int64_t output_q48 = (int64_t)log2_q24 * MULTIPLIER_Q24(band) + OFFSET_Q48(band);
        frame[band] = saturate_s8((int32_t)(output_q48 >> 32) >> (OUTPUT_SHIFT - 32u));
    }
}
