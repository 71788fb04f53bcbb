/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_COMPLEX_TRANSFORM_H
#define FRONTEND_COMPLEX_TRANSFORM_H

#include <stdint.h>

#include "frontend/dsp_words.h"
#include "frontend/mel_tables.h"

/*
 * The complex transform, divided by its MEL_CFFT_POINTS, with the bits of arm_cfft_q31 of CMSIS-DSP
 * 1.10.3. Value i goes in at transform_place(i), bin k comes out at k.
 *
 * What goes in is a magnitude of at most 2^30 once it is shifted to the left by `block_shift` bits,
 * 0 ... 30. The first stage shifts.
 */
void complex_transform(struct word_pair values[MEL_CFFT_POINTS], uint32_t block_shift);

/*
 * The bits of a value's number, reversed. Every stage leaves its results where its operands were,
 * and its bins are in reversed order: reversed places make that their own.
 */
WORDS_INLINE uint32_t transform_place(uint32_t value) {
    return reverse_bits(value) >> (32u - MEL_CFFT_BITS);
}

#endif
