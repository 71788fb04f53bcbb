/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_INTEGER_LOG2_H
#define FRONTEND_INTEGER_LOG2_H

#include <stdint.h>

#include "frontend/mel_tables.h"

/* log2 of 2^exponent (1 + mantissa / 2^32). */
static inline int32_t log2_of_parts_q24(uint32_t exponent, uint32_t mantissa_q32) {
    const uint32_t *step = &mel_log2_q24[mantissa_q32 >> (32u - MEL_LOG2_TABLE_BITS)];
    const uint32_t fraction_q32 = mantissa_q32 << MEL_LOG2_TABLE_BITS;
    const uint32_t rise = (uint32_t)(((uint64_t)(step[1] - step[0]) * fraction_q32) >> 32);
    return (int32_t)((exponent << MEL_LOG2_BITS) + step[0] + rise);
}

/* The function below for a `value` < 2^32. */
int32_t integer_log2_u32(uint32_t value);

/*
 * log2 of `value` >= 1, Q24: table of 128 steps with linear interpolation; the error is between
 * -1.2e-5 and 0 (linear interpolation is below a concave curve). In a header because it is called
 * for each band of each frame.
 */
static inline int32_t integer_log2_u64(uint64_t value) {
    const uint32_t upper = (uint32_t)(value >> 32);
    if (upper == 0u) {
        return integer_log2_u32((uint32_t)value);
    }
    /* value = 2^exponent * (1 + mantissa_q32 / 2^32): drop the leading one. */
    const uint32_t zeros = (uint32_t)__builtin_clz(upper);
    const uint64_t shifted_lower = (uint64_t)(uint32_t)value * (1u << zeros);
    const uint32_t normalised = (upper << zeros) + (uint32_t)(shifted_lower >> 32);
    const uint32_t mantissa_q32 = (normalised << 1) | ((uint32_t)shifted_lower >> 31);
    return log2_of_parts_q24(63u - zeros, mantissa_q32);
}

#endif
