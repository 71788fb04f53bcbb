/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/window.h"

#include <stdbool.h>

#include "frontend/complex_transform.h"
#include "frontend/leading_zeros.h"

/* The table rises to the window's middle; after it the weights are read backwards. */
#define WINDOW_END (MEL_WINDOW_START + MEL_WINDOW_SAMPLES)
#define FALL_START (MEL_WINDOW_START + (MEL_WINDOW_MIRROR + 1u) / 2u)

/* Four numbers whose places differ in their two highest bits: fourths of the buffer, 0 2 1 3. */
#define BLOCK 4u
#define HALF_STEP (MEL_CFFT_POINTS / BLOCK / 2u)
#define BETWEEN (3u * HALF_STEP) /* from there, all four are within the reach of STRD */

/* Two products to their place; `bits` with the highest one of either's magnitude. */
WORDS_INLINE uint32_t put(struct word_pair *place, int32_t first, int32_t second, uint32_t bits) {
    store_pair(place, first, second);
    bits |= (uint32_t)(first ^ (first >> 31));
    bits |= (uint32_t)(second ^ (second >> 31));
    FORGET_ORIGIN(bits); /* else GCC keeps many products for a tree of ORs */
    return bits;
}

/* Weight i of the table and its neighbour: the next one, or where the window falls the one before.
 */
WORDS_INLINE struct word_pair weights_at(uint32_t i, bool falls) {
    if (falls) {
        const struct word_pair turned =
            load_pair((const struct word_pair *)&mel_window_q31[i - 1u]);
        return (struct word_pair){turned.second, turned.first};
    }
    return load_pair((const struct word_pair *)&mel_window_q31[i]);
}

#if MEL_PRE_EMPHASIS_Q31 > 0
/* Q30 * Q31 >> 32 = Q29, rounded; the magnitude is at most 2^30. */
WORDS_INLINE int32_t multiply(frame_sample sample, int32_t weight_q31) {
    return multiply_high_rounded(sample, weight_q31);
}

WORDS_INLINE uint32_t put_two(struct word_pair *place, const frame_sample *sample,
                              struct word_pair weights, uint32_t bits) {
    const struct word_pair two = load_pair((const struct word_pair *)sample);
    return put(place, multiply(two.first, weights.first), multiply(two.second, weights.second),
               bits);
}

WORDS_INLINE uint32_t put_four(struct word_pair *place, struct word_pair *next,
                               const frame_sample *sample, struct word_pair weights,
                               struct word_pair next_weights, uint32_t bits) {
    bits = put_two(place, sample, weights, bits);
    return put_two(next, sample + 2, next_weights, bits);
}
#else
/* Q15 * Q31 >> 16 = Q30, rounded down; the magnitude is at most 2^30. */
WORDS_INLINE int32_t multiply(frame_sample sample, int32_t weight_q31) {
    return multiply_lower_half(weight_q31, sample);
}

WORDS_INLINE uint32_t put_halves(struct word_pair *place, int32_t samples, struct word_pair weights,
                                 uint32_t bits) {
    return put(place, multiply_lower_half(weights.first, samples),
               multiply_upper_half(weights.second, samples), bits);
}

WORDS_INLINE uint32_t put_two(struct word_pair *place, const frame_sample *sample,
                              struct word_pair weights, uint32_t bits) {
    return put_halves(place, *(const unaligned_word *)(const void *)sample, weights, bits);
}

WORDS_INLINE uint32_t put_four(struct word_pair *place, struct word_pair *next,
                               const frame_sample *sample, struct word_pair weights,
                               struct word_pair next_weights, uint32_t bits) {
    const struct word_pair four = load_pair((const struct word_pair *)(const void *)sample);
    bits = put_halves(place, four.first, weights, bits);
    return put_halves(next, four.second, next_weights, bits);
}
#endif

/* Numbers first ... end - 1 of the transform, all of them where the window rises, or falls. */
WORDS_INLINE uint32_t apply_run(const frame_sample *samples, struct word_pair *numbers,
                                uint32_t first, uint32_t end, bool falls, uint32_t bits) {
    const uint32_t way = falls ? 0u - 2u : 2u; /* weights from number to number */
    uint32_t weight =
        falls ? MEL_WINDOW_MIRROR + MEL_WINDOW_START - 2u * first : 2u * first - MEL_WINDOW_START;
    const uint32_t blocks_first = (first + BLOCK - 1u) / BLOCK * BLOCK;
    const uint32_t blocks_end = end / BLOCK * BLOCK;
    struct word_pair *between = numbers + BETWEEN;
    FORGET_ORIGIN(between);
    uint32_t i = first;
    for (; i < blocks_first && i < end; i++, weight += way) {
        struct word_pair *const place = transform_place(numbers, i);
        bits = put_two(place, &samples[2u * i], weights_at(weight, falls), bits);
    }
    for (; i < blocks_end; i += BLOCK, weight += 4u * way) {
        struct word_pair *const middle = transform_place(between, i);
        bits = put_four(middle - 3u * HALF_STEP, middle + HALF_STEP, &samples[2u * i],
                        weights_at(weight, falls), weights_at(weight + way, falls), bits);
        bits = put_four(middle - HALF_STEP, middle + 3u * HALF_STEP, &samples[2u * i + 4u],
                        weights_at(weight + 2u * way, falls), weights_at(weight + 3u * way, falls),
                        bits);
    }
    for (; i < end; i++, weight += way) {
        struct word_pair *const place = transform_place(numbers, i);
        bits = put_two(place, &samples[2u * i], weights_at(weight, falls), bits);
    }
    return bits;
}

/* What is no pair within one run: where the window begins or ends on an odd sample, or turns. */
static uint32_t apply_edge(const frame_sample *samples, struct word_pair *numbers, uint32_t number,
                           uint32_t bits) {
    int32_t products[2];
    for (uint32_t i = 0u; i < 2u; i++) {
        const uint32_t n = 2u * number + i;
        products[i] = 0;
        const uint32_t index = n - MEL_WINDOW_START; /* huge before the window */
        if (index < MEL_WINDOW_SAMPLES) {
            const uint32_t place = n < FALL_START ? index : MEL_WINDOW_MIRROR - index;
            products[i] = multiply(samples[n], mel_window_q31[place]);
        }
    }
    return put(transform_place(numbers, number), products[0], products[1], bits);
}

WORDS_INLINE void clear_run(struct word_pair *numbers, uint32_t first, uint32_t end) {
    const uint32_t blocks_first = (first + BLOCK - 1u) / BLOCK * BLOCK;
    const uint32_t blocks_end = end / BLOCK * BLOCK;
    struct word_pair *between = numbers + BETWEEN;
    FORGET_ORIGIN(between);
    uint32_t i = first;
    for (; i < blocks_first && i < end; i++) {
        store_pair(transform_place(numbers, i), 0, 0);
    }
    for (; i < blocks_end; i += BLOCK) {
        struct word_pair *const middle = transform_place(between, i);
        store_pair(middle - 3u * HALF_STEP, 0, 0);
        store_pair(middle - HALF_STEP, 0, 0);
        store_pair(middle + HALF_STEP, 0, 0);
        store_pair(middle + 3u * HALF_STEP, 0, 0);
    }
    for (; i < end; i++) {
        store_pair(transform_place(numbers, i), 0, 0);
    }
}

uint32_t window_apply(const frame_sample samples[MEL_FRAME_SAMPLES],
                      int32_t products[MEL_FFT_SAMPLES]) {
    struct word_pair *const numbers = (struct word_pair *)products;
    uint32_t bits = 0u;

    clear_run(numbers, 0u, MEL_WINDOW_START / 2u);
    if (MEL_WINDOW_START % 2u != 0u) {
        bits = apply_edge(samples, numbers, MEL_WINDOW_START / 2u, bits);
    }
    bits = apply_run(samples, numbers, (MEL_WINDOW_START + 1u) / 2u, FALL_START / 2u, false, bits);
    if (FALL_START % 2u != 0u) {
        bits = apply_edge(samples, numbers, FALL_START / 2u, bits);
    }
    bits = apply_run(samples, numbers, (FALL_START + 1u) / 2u, WINDOW_END / 2u, true, bits);
    if (WINDOW_END % 2u != 0u) {
        bits = apply_edge(samples, numbers, WINDOW_END / 2u, bits);
    }
    clear_run(numbers, (WINDOW_END + 1u) / 2u, MEL_CFFT_POINTS);
    return leading_zeros_u32(bits) - 2u;
}
