/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_INTEGER_SQRT_H
#define FRONTEND_INTEGER_SQRT_H

#include <stdint.h>

#include "frontend/dsp_words.h"
#include "frontend/mel_tables.h"

/* Where step 0 would be: a normalised number's top 8 bits are 64 ... 255. */
#define SQRT_STEP_0 ((uintptr_t)mel_sqrt_steps - 64u * sizeof(struct word_pair))

/* The root, in Q31, of a number in [2^30, 2^32) / 2^30: [2^31, 2^32), without its lowest bit. */
static inline uint32_t sqrt_normalised_q31(uint32_t normalised) {
    const struct word_pair step =
        load_pair((const struct word_pair *)SQRT_STEP_0 + (normalised >> 24));
    const uint32_t fraction_q32 = normalised << 8;
    const uint32_t rise_q30 = (uint32_t)(((uint64_t)(uint32_t)step.second * fraction_q32) >> 32);
    return (uint32_t)step.first + 2u * rise_q30;
}

/* The same function for a `value` < 2^32. */
uint32_t integer_sqrt_u32(uint32_t value);

/*
 * Square root of `value` < 2^62, in Q1 (twice the root): table of 192 steps with linear
 * interpolation, relative error below 2^-16.9, then truncation. In a header because it is called
 * for each bin of each frame.
 */
static inline uint32_t integer_sqrt_u64(uint64_t value) {
    const uint32_t upper = (uint32_t)(value >> 32);
    if (upper == 0u) {
        return integer_sqrt_u32((uint32_t)value);
    }
    /* value = normalised * 2^(32 - zeros), normalised in [2^30, 2^32), zeros even and >= 2. */
    const uint32_t zeros = (uint32_t)__builtin_clz(upper) & ~1u;
    const uint32_t normalised = (upper << zeros) | ((uint32_t)value >> (32u - zeros));
    return sqrt_normalised_q31(normalised) >> ((zeros >> 1) - 1u);
}

#endif
