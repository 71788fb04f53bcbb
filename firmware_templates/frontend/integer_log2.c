/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/integer_log2.h"

int32_t integer_log2_u32(uint32_t value) {
    const uint32_t zeros = (uint32_t)__builtin_clz(value);
    return log2_of_parts_q24(31u - zeros, (value << zeros) << 1);
}
