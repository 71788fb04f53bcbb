/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/transform.h"

#include "dsp/transform_functions.h"

#if !MEL_SPECTRUM_IS_POWER
#include "frontend/integer_sqrt.h"
#endif

/*
 * Filled here from our own tables of exactly this size: the library's init functions would link
 * the twiddles of its longest transform.
 */
static const arm_cfft_instance_q31 cfft_instance = {
    .fftLen = MEL_CFFT_POINTS,
    .pTwiddle = mel_cfft_twiddles_q31,
    .pBitRevTable = mel_bit_reversal,
    .bitRevLength = (uint16_t)(sizeof mel_bit_reversal / sizeof mel_bit_reversal[0]),
};

static inline int32_t halve_rounding(int32_t value) {
    return (value >> 1) + (value & 1);
}

/* Half of a * x + b * y with x, y in Q31, rounded. */
static inline int32_t half_dot_q31(int32_t a, int32_t x, int32_t b, int32_t y) {
    return (int32_t)(((int64_t)a * x + (int64_t)b * y + INT64_C(0x80000000)) >> 32);
}

/* Put what is kept of a bin in its place. */
static inline void keep_bin(int32_t *bin, int32_t real, int32_t imaginary) {
    const uint64_t power =
        (uint64_t)((int64_t)real * real) + (uint64_t)((int64_t)imaginary * imaginary);
#if MEL_SPECTRUM_IS_POWER
    bin[0] = (int32_t)(uint32_t)power;
    bin[1] = (int32_t)(uint32_t)(power >> 32);
#else
    bin[0] = (int32_t)integer_sqrt_u64(power);
#endif
}

/*
 * The N real samples went in as L = N / 2 complex ones, z(n) = x(2n) + j x(2n+1). With E and O the
 * spectra of the even and the odd samples,
 *     E(k) = (Z(k) + conj Z(L-k)) / 2,  O(k) = -j (Z(k) - conj Z(L-k)) / 2,
 *     X(k) = E(k) + W^k O(k),  X(L-k) = conj(E(k) - W^k O(k)),  W = exp(-2 pi j / N).
 */
static void split_pair(int32_t *low, int32_t *high, int32_t cosine, int32_t sine) {
    const int32_t even_real = halve_rounding(low[0] + high[0]);
    const int32_t even_imaginary = halve_rounding(low[1] - high[1]);
    const int32_t odd_real = low[1] + high[1];      /* twice O */
    const int32_t odd_imaginary = high[0] - low[0]; /* twice O */

    const int32_t turned_real = half_dot_q31(odd_real, cosine, odd_imaginary, sine);
    const int32_t turned_imaginary = half_dot_q31(odd_imaginary, cosine, -odd_real, sine);

    keep_bin(low, even_real + turned_real, even_imaginary + turned_imaginary);
    keep_bin(high, even_real - turned_real, even_imaginary - turned_imaginary);
}

#if MEL_SPECTRUM_IS_POWER
void transform_power_u64(int32_t buffer[MEL_FFT_SAMPLES]) {
#else
void transform_magnitude_q31(int32_t buffer[MEL_FFT_SAMPLES]) {
#endif
    arm_cfft_q31(&cfft_instance, buffer, 0, 1);

    const int32_t *twiddle = mel_split_twiddles_q31;
    for (uint32_t k = MEL_SPLIT_FIRST_BIN; k < MEL_SPLIT_END_BIN; k++) {
        int32_t *low = &buffer[TRANSFORM_BIN_STRIDE * k];
        int32_t *high = &buffer[TRANSFORM_BIN_STRIDE * (MEL_CFFT_POINTS - k)];
        split_pair(low, high, twiddle[0], twiddle[1]);
        twiddle += 2;
    }
#if MEL_SPLIT_END_BIN <= MEL_CFFT_POINTS / 2
    /* The middle is its own mirror image, X = conj Z: its sum with itself might overflow. */
    int32_t *middle = &buffer[MEL_CFFT_POINTS];
    keep_bin(middle, middle[0], middle[1]);
#endif
}
