/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "frontend/feature_scale.h"
#include "frontend/integer_log2.h"
#include "frontend/integer_sqrt.h"
#include "frontend/noise_reduction.h"
#include "frontend/output.h"
#include "frontend/pcan.h"
#include "frontend/pcan_tables.h"

#define LARGEST_STEP 65535
#define LOG_SHIFT 44u /* log2 in Q24 times the multiplier in Q20 */

void output_reset(struct output_state *state) {
    memset(state->noise, 0, sizeof state->noise);
}

/* The root of a band's sum of powers, samples in steps of int16, in units of 64 / transform. */
static uint32_t signal_of(uint64_t sum, uint32_t shift) {
    const uint32_t down = PCAN_ROOT_SHIFT + shift;
    return down < 32u ? integer_sqrt_u64(sum) >> down : 0u;
}

/* round(2^log_shift ln(value)), 0 for 0, at most 16 bits. */
static int32_t log_steps(uint64_t value) {
    if (value == 0u) {
        return 0;
    }
    const int64_t steps = ((int64_t)integer_log2_u64(value) * PCAN_LOG_MULTIPLIER_Q20 +
                           (INT64_C(1) << (LOG_SHIFT - 1u))) >>
                          LOG_SHIFT;
    return (int32_t)(steps < LARGEST_STEP ? steps : LARGEST_STEP);
}

/* sums -> signal -> without noise -> normalised -> logarithm -> int8. */
void output_frame_s8(struct output_state *state, const uint64_t sums[MEL_BANDS], uint32_t shift,
                     int8_t frame[MEL_FEATURES]) {
    for (uint32_t band = 0u; band < MEL_BANDS; band++) {
        uint32_t *noise = &state->noise[band];
        const uint32_t smoothing_q14 =
            (band & 1u) == 0u ? NOISE_EVEN_SMOOTHING_Q14 : NOISE_ODD_SMOOTHING_Q14;

        const uint32_t signal = signal_of(sums[band], shift);
        uint32_t value = noise_reduction_apply_u32(noise, signal, smoothing_q14);
#if PCAN_ENABLED
        value = pcan_apply_u32(value, *noise);
#endif
        frame[band] = feature_scale_s8(log_steps((uint64_t)value << PCAN_CORRECTION_BITS), band);
    }
}
