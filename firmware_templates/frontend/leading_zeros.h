/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_LEADING_ZEROS_H
#define FRONTEND_LEADING_ZEROS_H

#include <stdint.h>

/* Number of zero bits above the highest one; 32 for 0. */
static inline uint32_t leading_zeros_u32(uint32_t value) {
    return value == 0u ? 32u : (uint32_t)__builtin_clz(value);
}

/* Number of zero bits above the highest one; 64 for 0. */
static inline uint32_t leading_zeros_u64(uint64_t value) {
    const uint32_t upper = (uint32_t)(value >> 32);
    return upper != 0u ? leading_zeros_u32(upper) : 32u + leading_zeros_u32((uint32_t)value);
}

/* The same for a `value` that is known not to be 0. */
static inline uint32_t leading_zeros_nonzero_u64(uint64_t value) {
    const uint32_t upper = (uint32_t)(value >> 32);
    return (uint32_t)(upper != 0u ? __builtin_clz(upper) : 32 + __builtin_clz((uint32_t)value));
}

#endif
