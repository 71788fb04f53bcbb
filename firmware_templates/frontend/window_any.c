/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/window.h"

#include "frontend/leading_zeros.h"

#define WINDOW_END (MEL_WINDOW_START + MEL_WINDOW_SAMPLES)
#define TABLE_WEIGHTS (MEL_WINDOW_MIRROR / 2u + 1u)

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

/* Put a product in its place; a word with the highest one of its magnitude. */
static inline uint32_t keep_product(int32_t *place, frame_sample sample, int32_t weight_q31) {
    const int32_t product = multiply_q31(sample, weight_q31);
    *place = product;
    return (uint32_t)(product ^ (product >> 31));
}

uint32_t window_apply(const frame_sample samples[MEL_FRAME_SAMPLES],
                      int32_t windowed[MEL_FFT_SAMPLES]) {
    const frame_sample *sample = &samples[MEL_WINDOW_START];
    int32_t *place = &windowed[MEL_WINDOW_START];
    uint32_t bits = 0u;

    /* The table ends in the window's middle: up to there, and back. */
    for (uint32_t n = 0u; n < TABLE_WEIGHTS; n++) {
        bits |= keep_product(&place[n], sample[n], mel_window_q31[n]);
    }
    for (uint32_t n = TABLE_WEIGHTS; n < MEL_WINDOW_SAMPLES; n++) {
        bits |= keep_product(&place[n], sample[n], mel_window_q31[MEL_WINDOW_MIRROR - n]);
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
