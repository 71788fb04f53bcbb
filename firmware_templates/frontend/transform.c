/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/transform.h"

#include "frontend/complex_transform.h"

#if !MEL_SPECTRUM_IS_POWER
#include "frontend/integer_sqrt.h"
#endif

/* Half of a * x + b * y with x, y in Q31, rounded: the sum's upper word and its next bit. */
static inline int32_t half_dot_q31(int32_t a, int32_t x, int32_t b, int32_t y) {
    const uint64_t sum = (uint64_t)((int64_t)a * x + (int64_t)b * y);
    return (int32_t)((uint32_t)(sum >> 32) + ((uint32_t)sum >> 31));
}

/* Put what is kept of a bin in its place. */
static inline void keep_bin(struct word_pair *bin, int32_t real, int32_t imaginary) {
    const uint64_t power =
        (uint64_t)((int64_t)real * real) + (uint64_t)((int64_t)imaginary * imaginary);
#if MEL_SPECTRUM_IS_POWER
    store_pair(bin, (int32_t)(uint32_t)power, (int32_t)(uint32_t)(power >> 32));
#else
    bin->first = (int32_t)integer_sqrt_u64(power);
#endif
}

/*
 * The N real samples went in as L = N / 2 complex ones, z(n) = x(2n) + j x(2n+1). With E and O the
 * spectra of the even and the odd samples,
 *     E(k) = (Z(k) + conj Z(L-k)) / 2,  O(k) = -j (Z(k) - conj Z(L-k)) / 2,
 *     X(k) = E(k) + W^k O(k),  X(L-k) = conj(E(k) - W^k O(k)),  W = exp(-2 pi j / N).
 */
static inline void split_pair(struct word_pair *low, struct word_pair *high,
                              const struct word_pair *twiddle) {
    const struct word_pair a = load_pair(low);
    const struct word_pair b = load_pair(high);
    const struct word_pair turn = load_pair(twiddle);
    const int32_t odd_real = a.second + b.second;    /* twice O */
    const int32_t odd_imaginary = b.first - a.first; /* twice O */
    const int32_t turned_real = half_dot_q31(odd_real, turn.first, odd_imaginary, turn.second);
    const int32_t turned_imaginary =
        half_dot_q31(odd_imaginary, turn.first, -odd_real, turn.second);

    const int32_t real = halve_rounded_add(a.first + b.first, turned_real);
    const int32_t imaginary = halve_rounded_add(a.second - b.second, turned_imaginary);
    keep_bin(low, real, imaginary);
    keep_bin(high, real - 2 * turned_real, imaginary - 2 * turned_imaginary);
}

#if MEL_SPECTRUM_IS_POWER
void transform_power_u64(int32_t buffer[MEL_FFT_SAMPLES], uint32_t block_shift) {
#else
void transform_magnitude_q31(int32_t buffer[MEL_FFT_SAMPLES], uint32_t block_shift) {
#endif
    struct word_pair *const bins = (struct word_pair *)buffer;
    complex_transform(bins, block_shift);

    const struct word_pair *twiddle = (const struct word_pair *)mel_split_twiddles_q31;
    struct word_pair *low = &bins[MEL_SPLIT_FIRST_BIN];
    struct word_pair *high = &bins[MEL_CFFT_POINTS - MEL_SPLIT_FIRST_BIN];
    while (low < high) {
        FORGET_ORIGIN(high);
        split_pair(low, high, twiddle);
        low++;
        high--;
        twiddle++;
    }
    /* The middle is its own mirror image, X = conj Z. */
    struct word_pair *const middle = &bins[MEL_CFFT_POINTS / 2u];
    keep_bin(middle, middle->first, middle->second);
}
