/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_INTEGER_LOG2_H
#define FRONTEND_INTEGER_LOG2_H

#include <stdint.h>

#include "frontend/leading_zeros.h"
#include "frontend/mel_tables.h"

/*
 * log2 of `value` >= 1, Q24: table of 128 steps with linear interpolation; the error is between
 * -1.2e-5 and 0 (linear interpolation lies below a concave curve). In a header because it is called
 * for each band of each frame.
 */
static inline int32_t integer_log2_u64(uint64_t value) {
    const uint32_t zeros = leading_zeros_nonzero_u64(value);
    const uint32_t exponent = 63u - zeros;

    /* value = 2^exponent * (1 + mantissa_q32 / 2^32): drop the leading one. */
    const uint32_t mantissa_q32 = (uint32_t)((value << zeros) >> 31);

    const uint32_t *step = &mel_log2_q24[mantissa_q32 >> (32u - MEL_LOG2_TABLE_BITS)];
    const uint32_t fraction_q32 = mantissa_q32 << MEL_LOG2_TABLE_BITS;
    const uint32_t rise = (uint32_t)(((uint64_t)(step[1] - step[0]) * fraction_q32) >> 32);

    return (int32_t)((exponent << MEL_LOG2_BITS) + step[0] + rise);
}

#endif
