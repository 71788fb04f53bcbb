/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/integer_exp2.h"

#include "frontend/pcan_tables.h"

#define FRACTION_BITS 24u
#define STEP_SHIFT (FRACTION_BITS - PCAN_EXP2_TABLE_BITS)

uint32_t integer_exp2_u32(int32_t exponent_q24) {
    const int32_t whole = exponent_q24 >> FRACTION_BITS;
    if (whole < -1) {
        return 0u;
    }
    const uint32_t fraction = (uint32_t)exponent_q24 & ((1u << FRACTION_BITS) - 1u);

    const uint32_t *step = &pcan_exp2_q30[fraction >> STEP_SHIFT];
    const uint32_t fraction_q32 = fraction << (32u - STEP_SHIFT);
    const uint32_t rise = (uint32_t)(((uint64_t)(step[1] - step[0]) * fraction_q32) >> 32);
    const uint32_t power_q30 = step[0] + rise; /* [2^30, 2^31) */

    return (power_q30 + (1u << (29 - whole))) >> (30 - whole);
}
