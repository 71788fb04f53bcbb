/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FRONTEND_LEADING_ZEROS_H
#define FRONTEND_LEADING_ZEROS_H

#include <stdint.h>

/* Number of zero bits above the highest one; 32 for 0. */
static inline uint32_t leading_zeros_u32(uint32_t value) {
    return value == 0u ? 32u : (uint32_t)__builtin_clz(value);
}

#endif
