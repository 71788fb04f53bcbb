/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/complex_transform.h"

#include <stdbool.h>

/*
 * Decimation in frequency by four: docs/frontend.md, section 3.1, has every step. Where the number
 * of points is no power of four, it is halved first, by two.
 *
 * A stage takes a butterfly's legs, values i + j span / 4 for j = 0 ... 3, to legs in their places.
 * With reversed places the legs lie MEL_CFFT_POINTS / span numbers apart, in the order 0 2 1 3, and
 * the butterflies of one twiddle are neighbours. The twiddles' order is reversed as well, which
 * makes those of any stage the first ones of the same table.
 */
#define HALVES (MEL_CFFT_IS_HALVED ? 2u : 1u)
#define LAST_STEP (MEL_CFFT_POINTS / 4u)
#define TWIDDLES ((const struct word_pair *)mel_butterfly_twiddles_q31)

/* What a stage does to its numbers, in bits. */
enum scaling {
    FIRST_QUIET, /* operands << block shift, >> 4; turned legs << 1 */
    FIRST_LOUD,  /* the same for a block shift below 4 */
    FIRST_OF_HALVED,
    MIDDLE,      /* leg 0 >> 2, turned legs >> 1 */
    MIDDLE_AT_0, /* the same of an angle of 0: all sines are 0, and so are their products */
};

static inline int32_t shifted_left(int32_t value, uint32_t bits) {
    return (int32_t)((uint32_t)value << bits);
}

WORDS_INLINE struct word_pair operand(const struct word_pair *place, enum scaling scaling,
                                      uint32_t shift) {
    struct word_pair z = load_pair(place);
    if (scaling == FIRST_QUIET) {
        z.first = shifted_left(z.first, shift);
        z.second = shifted_left(z.second, shift);
    } else if (scaling < MIDDLE) {
        z.first >>= shift;
        z.second >>= shift;
    }
    return z;
}

/* Half of (real + j imaginary) exp(-j angle), each product rounded down, scaled. */
WORDS_INLINE void put_turned(struct word_pair *place, int32_t real, int32_t imaginary,
                             const struct word_pair *twiddle, enum scaling scaling) {
    if (scaling == MIDDLE_AT_0) {
        store_pair(place, multiply_high(real, INT32_MAX) >> 1,
                   multiply_high(imaginary, INT32_MAX) >> 1);
        return;
    }
    const struct word_pair t = load_pair(twiddle);
    const int32_t turned_real =
        multiply_high_add(real, t.first, multiply_high(imaginary, t.second));
    const int32_t turned_imaginary =
        multiply_high(imaginary, t.first) - multiply_high(real, t.second);
    if (scaling == MIDDLE) {
        store_pair(place, turned_real >> 1, turned_imaginary >> 1);
    } else {
        store_pair(place, shifted_left(turned_real, 1u), shifted_left(turned_imaginary, 1u));
    }
}

/* twiddles: of 1, 2 and 3 times the angle. */
WORDS_INLINE void butterfly(struct word_pair *z, uint32_t step, const struct word_pair twiddles[3],
                            enum scaling scaling, uint32_t shift) {
    const struct word_pair a = operand(&z[0], scaling, shift);
    const struct word_pair c = operand(&z[step], scaling, shift);
    const int32_t plus_real = a.first + c.first;
    const int32_t minus_real = a.first - c.first;
    const int32_t plus_imaginary = a.second + c.second;
    const int32_t minus_imaginary = a.second - c.second;
    const struct word_pair b = operand(&z[2u * step], scaling, shift);
    const struct word_pair d = operand(&z[3u * step], scaling, shift);
    const int32_t cross_real = b.first + d.first;
    const int32_t across_real = b.first - d.first;
    const int32_t cross_imaginary = b.second + d.second;
    const int32_t across_imaginary = b.second - d.second;

    const uint32_t kept = scaling >= MIDDLE ? 2u : 0u;
    store_pair(&z[0], (plus_real + cross_real) >> kept, (plus_imaginary + cross_imaginary) >> kept);
    put_turned(&z[2u * step], plus_real - cross_real, plus_imaginary - cross_imaginary,
               &twiddles[1], scaling);
    put_turned(&z[step], minus_real + across_imaginary, minus_imaginary - across_real, &twiddles[0],
               scaling);
    put_turned(&z[3u * step], minus_real - across_imaginary, minus_imaginary + across_real,
               &twiddles[2], scaling);
}

/* A stage from its butterflies at `z` on; `step` neighbouring ones have the same twiddles. */
WORDS_INLINE void stage(struct word_pair *z, const struct word_pair *end, uint32_t step,
                        const struct word_pair *twiddles, enum scaling scaling, uint32_t shift) {
    while (z != end) {
        if (step == 1u) {
            butterfly(z, step, twiddles, scaling, shift);
            z++;
        }
        for (uint32_t neighbour = 0u; neighbour < step / 2u; neighbour++) {
            FORGET_ORIGIN(twiddles);
            butterfly(&z[0], step, twiddles, scaling, shift);
            butterfly(&z[1], step, twiddles, scaling, shift);
            z += 2;
        }
        z += 3u * step;
        twiddles += 3;
    }
}

WORDS_INLINE void first_stage(struct word_pair *z, enum scaling scaling, uint32_t shift) {
    stage(z, z + MEL_CFFT_POINTS, HALVES, TWIDDLES, scaling, shift);
}

/* The first twiddles of all stages are those of an angle of 0. */
WORDS_INLINE void middle_stage(struct word_pair *z, uint32_t step) {
    for (uint32_t neighbour = 0u; neighbour < step; neighbour++) {
        butterfly(&z[neighbour], step, TWIDDLES, MIDDLE_AT_0, 0u);
    }
    stage(z + 4u * step, z + MEL_CFFT_POINTS, step, TWIDDLES + 3, MIDDLE, 0u);
}

/* The last stage turns nothing. From between the legs, all are within the reach of LDRD. */
static void last_stage(struct word_pair *values) {
    const uint32_t up = HALVES - 1u;
    struct word_pair *middle = values + 3u * LAST_STEP / 2u;
    for (const struct word_pair *const end = middle + LAST_STEP; middle != end; middle++) {
        struct word_pair *const leg_0 = middle - 3u * LAST_STEP / 2u;
        struct word_pair *const leg_2 = middle - LAST_STEP / 2u;
        struct word_pair *const leg_1 = middle + LAST_STEP / 2u;
        struct word_pair *const leg_3 = middle + 3u * LAST_STEP / 2u;
        const struct word_pair a = load_pair(leg_0);
        const struct word_pair c = load_pair(leg_2);
        const int32_t plus_real = a.first + c.first;
        const int32_t minus_real = a.first - c.first;
        const int32_t plus_imaginary = a.second + c.second;
        const int32_t minus_imaginary = a.second - c.second;
        const struct word_pair b = load_pair(leg_1);
        const struct word_pair d = load_pair(leg_3);
        const int32_t cross_real = b.first + d.first;
        const int32_t across_real = b.first - d.first;
        const int32_t cross_imaginary = b.second + d.second;
        const int32_t across_imaginary = b.second - d.second;
        store_pair(leg_0, shifted_left(plus_real + cross_real, up),
                   shifted_left(plus_imaginary + cross_imaginary, up));
        store_pair(leg_1, shifted_left(plus_real - cross_real, up),
                   shifted_left(plus_imaginary - cross_imaginary, up));
        store_pair(leg_2, shifted_left(minus_real + across_imaginary, up),
                   shifted_left(minus_imaginary - across_real, up));
        store_pair(leg_3, shifted_left(minus_real - across_imaginary, up),
                   shifted_left(minus_imaginary + across_real, up));
    }
}

#if MEL_CFFT_IS_HALVED
/* Sums of values half of the transform apart, and turned differences; operands >> 2. */
WORDS_INLINE void halve(struct word_pair *z, enum scaling scaling, uint32_t shift) {
    const struct word_pair *twiddle = (const struct word_pair *)mel_halving_twiddles_q31;
    for (const struct word_pair *const end = z + MEL_CFFT_POINTS; z != end; z += 2) {
        const struct word_pair a = operand(&z[0], scaling, shift);
        const struct word_pair b = operand(&z[1], scaling, shift);
        store_pair(&z[0], a.first + b.first, a.second + b.second);

        const struct word_pair t = load_pair(twiddle++);
        const int32_t real = a.first - b.first;
        const int32_t imaginary = a.second - b.second;
        const int32_t turned_real =
            multiply_high_rounded(real, t.first) + multiply_high_rounded(imaginary, t.second);
        const int32_t turned_imaginary =
            multiply_high_rounded(imaginary, t.first) + multiply_high_rounded(-real, t.second);
        store_pair(&z[1], shifted_left(turned_real, 1u), shifted_left(turned_imaginary, 1u));
    }
}
#endif

void complex_transform(struct word_pair values[MEL_CFFT_POINTS], uint32_t block_shift) {
    /* Block shift and the first shift to the right are one, to the left or to the right. */
#if MEL_CFFT_IS_HALVED
    if (block_shift >= 2u) {
        halve(values, FIRST_QUIET, block_shift - 2u);
    } else {
        halve(values, FIRST_LOUD, 2u - block_shift);
    }
    first_stage(values, FIRST_OF_HALVED, 4u);
#else
    if (block_shift >= 4u) {
        first_stage(values, FIRST_QUIET, block_shift - 4u);
    } else {
        first_stage(values, FIRST_LOUD, 4u - block_shift);
    }
#endif
#if MEL_CFFT_POINTS >= 64
    middle_stage(values, 4u * HALVES);
#endif
#if MEL_CFFT_POINTS >= 256
    middle_stage(values, 16u * HALVES);
#endif
#if MEL_CFFT_POINTS >= 1024
    middle_stage(values, 64u * HALVES);
#endif
#if MEL_CFFT_POINTS >= 4096
    middle_stage(values, 256u * HALVES);
#endif
    last_stage(values);
}
