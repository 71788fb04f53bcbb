/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/integer_sqrt.h"

uint32_t integer_sqrt_u32(uint32_t value) {
    if (value == 0u) {
        return 0u;
    }
    const uint32_t zeros = (uint32_t)__builtin_clz(value) & ~1u;
    return sqrt_normalised_q31(value << zeros) >> ((zeros >> 1) + 15u);
}
