/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every value is an int16 in an int32. Q formats are written as integer bits . fraction bits,
 * beside the sign. No step leaves 16 bits but those that saturate.
 */
#include "network/kernels/tensor/fraction.h"

#include "network/dsp_intrinsics.h"

#define ONE_Q0_15 32767
#define ONE_Q2_13 (1 << 13)
#define HALF_Q0_15 (1 << 14)

/* a * b of two fractions of 15 bits, halves up. */
static int32_t multiply_q15(int32_t a, int32_t b) {
    return dsp_asr(a * b + (1 << 14), 15u);
}

/* value * 2^bits, saturating. */
static int32_t multiply_by_power(int32_t value, uint32_t bits) {
    const int32_t limit = (int32_t)((1u << (15u - bits)) - 1u);
    if (value > limit) {
        return INT16_MAX;
    }
    return value < -limit ? INT16_MIN : value * (int32_t)(1u << bits);
}

int32_t fraction_divide_by_power(int32_t value, uint32_t bits) {
    const int32_t mask = (int32_t)((1u << bits) - 1u);
    const int32_t threshold = (mask >> 1) + (value < 0);
    return dsp_asr(value, bits) + ((value & mask) > threshold);
}

/* exp(x) in Q0.15 for x in Q0.15, -1/4 <= x < 0: a Taylor series about -1/8. */
static int32_t exp_of_small_q15(int32_t x) {
    const int32_t exp_of_minus_eighth = 28918;
    const int32_t third = 10923;
    const int32_t t = x + (1 << 12);
    const int32_t t2 = multiply_q15(t, t);
    const int32_t t3 = multiply_q15(t2, t);
    const int32_t t4 = multiply_q15(t2, t2);
    const int32_t quartic = fraction_divide_by_power(t4, 2u);
    const int32_t tail = fraction_divide_by_power(multiply_q15(quartic + t3, third) + t2, 1u);
    const int32_t result = exp_of_minus_eighth + multiply_q15(exp_of_minus_eighth, t + tail);
    return result > INT16_MAX ? INT16_MAX : result;
}

/* exp(x) in Q0.15 for x <= 0 with so many integer bits, 1..7: the small rest, times exp(-2^i) for
 * each bit above. */
static int32_t exp_q15(int32_t x, uint32_t integer_bits) {
    static const int16_t exp_of_minus_power[7] = {
        25520, /* exp(-1/4) */
        19875, /* exp(-1/2) */
        12055, /* exp(-1) */
        4435,  /* exp(-2) */
        600,   /* exp(-4) */
        11,    /* exp(-8) */
        0,     /* exp(-16) */
    };
    const uint32_t steps = integer_bits < 5u ? integer_bits + 2u : 7u;
    const int32_t quarter = (int32_t)(1u << (13u - integer_bits));
    if (x == 0) {
        return ONE_Q0_15;
    }
    if (integer_bits > 5u && x < -(int32_t)(1u << (20u - integer_bits))) {
        return 0;
    }
    const int32_t rest = (x & (quarter - 1)) - quarter;
    const int32_t quarters = rest - x;
    int32_t result = exp_of_small_q15(multiply_by_power(rest, integer_bits));
    for (uint32_t i = 0u; i < steps; i++) {
        if (quarters & (int32_t)((uint32_t)quarter << i)) {
            result = multiply_q15(result, exp_of_minus_power[i]);
        }
    }
    return result;
}

/* 2 / (1 + x) in Q2.13 for x in Q0.15, 0 <= x < 1: three Newton steps. */
static int32_t twice_reciprocal_of_one_plus(int32_t x) {
    const int32_t q48_over_17 = 23130;
    const int32_t minus_32_over_17 = -15420;
    const int32_t half = (x + ONE_Q0_15 + 1) / 2;
    int32_t estimate = q48_over_17 + multiply_q15(half, minus_32_over_17);
    for (uint32_t step = 0u; step < 3u; step++) {
        const int32_t rest = ONE_Q2_13 - multiply_q15(half, estimate);
        estimate += multiply_by_power(multiply_q15(estimate, rest), 2u);
    }
    return estimate;
}

int32_t fraction_sigmoid(int32_t x) {
    if (x == 0) {
        return HALF_Q0_15;
    }
    const int32_t exponential = exp_q15(x > 0 ? -x : x, 3u);
    const int32_t share = multiply_by_power(twice_reciprocal_of_one_plus(exponential), 1u);
    return x > 0 ? share : ONE_Q0_15 - share;
}

int32_t fraction_tanh(int32_t x, uint32_t integer_bits) {
    if (x == 0) {
        return 0;
    }
    const int32_t exponential = exp_q15(x > 0 ? -x : x, integer_bits + 1u);
    const int32_t twice = twice_reciprocal_of_one_plus(exponential);
    const int32_t size = multiply_by_power(twice - ONE_Q2_13, 2u);
    return x > 0 ? size : -size;
}
