/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_COMPLEX_TRANSFORM_H
#define FRONTEND_COMPLEX_TRANSFORM_H

#include <stdint.h>

#include "frontend/dsp_words.h"
#include "frontend/mel_tables.h"

/*
 * The complex transform, divided by its MEL_CFFT_POINTS, with the bits of arm_cfft_q31 of CMSIS-DSP
 * 1.10.3. Value i goes in at transform_place(values, i), bin k comes out at values[k].
 *
 * What goes in is a magnitude of at most 2^30 once it is shifted to the left by `block_shift` bits,
 * 0 ... 30. The first stage shifts.
 */
void complex_transform(struct word_pair values[MEL_CFFT_POINTS], uint32_t block_shift);

/*
 * Where the bits of a value's number are reversed. Every stage leaves its results where its
 * operands were, and its bins are in reversed order: reversed places make that their own.
 */
WORDS_INLINE struct word_pair *transform_place(struct word_pair *values, uint32_t value) {
    /* The number's bits are the highest ones, and those of a pair's 8 bytes stay 0. */
    const uint32_t bytes = reverse_bits(value) >> (32u - MEL_CFFT_BITS - 3u);
    return (struct word_pair *)(void *)((unsigned char *)values + bytes);
}

#endif
