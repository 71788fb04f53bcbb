/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/output.h"
#include "frontend/output_tables.h"

#define STEP_BITS 16u /* binary point of the steps that are added up */

#ifdef MEL_LINEAR_MULTIPLIER
#define MULTIPLIER(band) MEL_LINEAR_MULTIPLIER
#else
#define MULTIPLIER(band) mel_linear_multipliers[band]
#endif
#ifdef MEL_LINEAR_OFFSET_Q16
#define OFFSET_Q16(band) MEL_LINEAR_OFFSET_Q16
#else
#define OFFSET_Q16(band) mel_linear_offsets_q16[band]
#endif

/* value * multiplier / 2^32, rounded down; value < 2^62. */
static inline uint64_t multiply_u64_q32(uint64_t value, uint32_t multiplier) {
    return (value >> 32) * multiplier + (((value & UINT32_MAX) * multiplier) >> 32);
}

/* round((sum - mean) / deviation / scale) + zero point, clamped. */
void output_frame_s8(struct output_state *state, const uint64_t sums[MEL_BANDS], uint32_t shift,
                     int8_t frame[MEL_FEATURES]) {
    (void)state;
    const uint32_t down = MEL_LINEAR_SHIFT + MEL_SUM_SHIFTS * shift;

    for (uint32_t band = 0u; band < MEL_BANDS; band++) {
        const uint64_t product = multiply_u64_q32(sums[band], MULTIPLIER(band));
        const int64_t steps_q16 = (down < 64u ? (int64_t)(product >> down) : 0) + OFFSET_Q16(band);
        const int64_t output = steps_q16 >> STEP_BITS;
        frame[band] = (int8_t)(output > INT8_MAX   ? INT8_MAX
                               : output < INT8_MIN ? INT8_MIN
                                                   : output);
    }
}
