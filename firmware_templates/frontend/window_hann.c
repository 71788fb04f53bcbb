/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/window.h"

#include "frontend/leading_zeros.h"

#define WINDOW_END (MEL_WINDOW_START + MEL_WINDOW_SAMPLES)
#define WINDOW_CENTRE (MEL_WINDOW_START + MEL_WINDOW_SAMPLES / 2u)

/* Q15 * Q31 >> 16 = Q30, rounded down; the magnitude is at most 2^30. */
static inline int32_t multiply_q15_q31(int16_t sample, int32_t weight_q31) {
    return (int32_t)(((int64_t)((int32_t)sample * 65536) * weight_q31) >> 32);
}

/* A word with its highest one at the place of the highest one of the number's magnitude. */
static inline uint32_t magnitude_bits(int32_t value) {
    return (uint32_t)(value ^ (value >> 31));
}

uint32_t window_apply(const frame_sample samples[MEL_FRAME_SAMPLES],
                      int32_t windowed[MEL_FFT_SAMPLES]) {
    uint32_t bits = 0u;

    /* Window(0) is 0, and the window is symmetric: two products for each weight. */
    for (uint32_t n = 1u; n < MEL_WINDOW_SAMPLES / 2u; n++) {
        const int32_t weight_q31 = mel_window_q31[n - 1u];
        const int32_t rising = multiply_q15_q31(samples[MEL_WINDOW_START + n], weight_q31);
        const int32_t falling = multiply_q15_q31(samples[WINDOW_END - n], weight_q31);
        windowed[MEL_WINDOW_START + n] = rising;
        windowed[WINDOW_END - n] = falling;
        bits |= magnitude_bits(rising) | magnitude_bits(falling);
    }
    const int32_t centre =
        multiply_q15_q31(samples[WINDOW_CENTRE], mel_window_q31[MEL_WINDOW_SAMPLES / 2u - 1u]);
    windowed[WINDOW_CENTRE] = centre;
    bits |= magnitude_bits(centre);

    const uint32_t shift = leading_zeros_u32(bits) - 2u;
    for (uint32_t n = MEL_WINDOW_START + 1u; n < WINDOW_END; n++) {
        windowed[n] = (int32_t)((uint32_t)windowed[n] << shift);
    }
    for (uint32_t n = 0u; n <= MEL_WINDOW_START; n++) {
        windowed[n] = 0;
    }
    for (uint32_t n = WINDOW_END; n < MEL_FFT_SAMPLES; n++) {
        windowed[n] = 0;
    }
    return shift;
}
