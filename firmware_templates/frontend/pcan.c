/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/pcan.h"

#include "frontend/integer_exp2.h"
#include "frontend/integer_log2.h"
#include "frontend/pcan_tables.h"

#define LEVEL_BITS 24u /* more of the noise's fraction, for a small offset */
#define LARGEST_GAIN 32767u
#define LARGEST_GAIN_LOG2_Q24 (15 * (1 << 24))
#define RATIO_BITS 12u
#define OUTPUT_BITS 6u

/* 2^PCAN_GAIN_BITS (noise + offset)^-strength, a whole number. */
static uint32_t gain_for(uint32_t noise) {
    const uint64_t level = ((uint64_t)noise << LEVEL_BITS) + PCAN_GAIN_OFFSET;
    const int32_t level_q24 = integer_log2_u64(level) - PCAN_GAIN_EXPONENT_Q24;
    const int32_t fall_q24 = (int32_t)(((int64_t)level_q24 * PCAN_STRENGTH_Q24) >> 24);
    const int64_t gain_q24 = (int64_t)PCAN_GAIN_BITS * (1 << 24) - fall_q24;
    if (gain_q24 >= LARGEST_GAIN_LOG2_Q24) {
        return LARGEST_GAIN;
    }
    const uint32_t gain = integer_exp2_u32((int32_t)gain_q24);
    return gain < LARGEST_GAIN ? gain : LARGEST_GAIN;
}

uint32_t pcan_apply_u32(uint32_t left, uint32_t noise) {
    const uint64_t ratio_q12 = ((uint64_t)left * gain_for(noise)) >> PCAN_RATIO_SHIFT;

    /* x^2 / 4 up to 2, then x - 1. */
    if (ratio_q12 < (2u << RATIO_BITS)) {
        const uint32_t ratio = (uint32_t)ratio_q12;
        return (ratio * ratio) >> (2u + 2u * RATIO_BITS - OUTPUT_BITS);
    }
    return (uint32_t)(ratio_q12 >> (RATIO_BITS - OUTPUT_BITS)) - (1u << OUTPUT_BITS);
}
