/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/window.h"

#include "frontend/leading_zeros.h"

#define WINDOW_END (MEL_WINDOW_START + MEL_WINDOW_SAMPLES)

#if MEL_PRE_EMPHASIS_Q31 > 0
/* Q30 * Q31 >> 32 = Q29, rounded; the magnitude is at most 2^30. */
static inline int32_t multiply_q31(frame_sample sample, int32_t weight_q31) {
    return (int32_t)(((int64_t)sample * weight_q31 + INT64_C(0x80000000)) >> 32);
}
#else
/* Q15 * Q31 >> 16 = Q30, rounded down; the magnitude is at most 2^30. */
static inline int32_t multiply_q31(frame_sample sample, int32_t weight_q31) {
    return (int32_t)(((int64_t)((int32_t)sample * 65536) * weight_q31) >> 32);
}
#endif

uint32_t window_apply(const frame_sample samples[MEL_FRAME_SAMPLES],
                      int32_t windowed[MEL_FFT_SAMPLES]) {
    uint32_t bits = 0u;

    for (uint32_t n = 0u; n < MEL_WINDOW_SAMPLES; n++) {
        const uint32_t folded = n <= MEL_WINDOW_MIRROR / 2u ? n : MEL_WINDOW_MIRROR - n;
        const int32_t product = multiply_q31(samples[MEL_WINDOW_START + n], mel_window_q31[folded]);
        windowed[MEL_WINDOW_START + n] = product;
        bits |= (uint32_t)(product ^ (product >> 31)); /* the highest one of the magnitude */
    }

    const uint32_t shift = leading_zeros_u32(bits) - 2u;
    for (uint32_t n = MEL_WINDOW_START; n < WINDOW_END; n++) {
        windowed[n] = (int32_t)((uint32_t)windowed[n] << shift);
    }
#if MEL_WINDOW_START > 0
    for (uint32_t n = 0u; n < MEL_WINDOW_START; n++) {
        windowed[n] = 0;
    }
#endif
#if MEL_FFT_SAMPLES > WINDOW_END
    for (uint32_t n = WINDOW_END; n < MEL_FFT_SAMPLES; n++) {
        windowed[n] = 0;
    }
#endif
    return shift;
}
