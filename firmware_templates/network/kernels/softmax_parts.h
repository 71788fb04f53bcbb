/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What SOFTMAX and LOG_SOFTMAX share: gemmlowp's fixed-point functions. Both sources use all of
 * them. Q formats are written as integer bits . fraction bits, beside the sign.
 */
#ifndef NETWORK_KERNELS_SOFTMAX_PARTS_H
#define NETWORK_KERNELS_SOFTMAX_PARTS_H

#include "network/dsp_intrinsics.h"
#include "network/kernels/softmax.h"

#define ONE_Q0_31 INT32_MAX
#define ONE_Q2_29 (1 << 29)
#define SUM_INTEGER_BITS 12 /* of Q12.19, in which the exponentials are summed */

/* a * b of two fractions of 31 bits, halves up. */
DSP_ONCE_A_PATCH static int32_t multiply_q31(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/* value / 2^bits, halves away from zero. */
DSP_ONCE_A_PATCH static int32_t divide_by_power(int32_t value, uint32_t bits) {
    const int32_t mask = (int32_t)((1u << bits) - 1u);
    const int32_t threshold = (mask >> 1) + (value < 0);
    return dsp_asr(value, bits) + ((value & mask) > threshold);
}

/* value * 2^bits, saturating. */
DSP_ONCE_A_PATCH static int32_t multiply_by_power(int32_t value, uint32_t bits) {
    const int32_t limit = (int32_t)((1u << (31u - bits)) - 1u);
    if (value > limit) {
        return INT32_MAX;
    }
    return value < -limit ? INT32_MIN : dsp_wrap((uint32_t)value << bits);
}

/* exp(x) in Q0.31 for x in Q0.31, -1/4 <= x < 0: a Taylor series about -1/8. */
DSP_ONCE_A_PATCH static int32_t exp_of_small(int32_t x) {
    const int32_t exp_of_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t t = x + (1 << 28);
    const int32_t t2 = multiply_q31(t, t);
    const int32_t t3 = multiply_q31(t2, t);
    const int32_t t4 = multiply_q31(t2, t2);
    const int32_t tail = divide_by_power(multiply_q31(divide_by_power(t4, 2) + t3, third) + t2, 1);
    return exp_of_minus_eighth + multiply_q31(exp_of_minus_eighth, t + tail);
}

/* exp(x) in Q0.31 for x in Q5.26, x <= 0: the small rest, times exp(-2^i) for each bit above. */
DSP_ONCE_A_PATCH static int32_t exp_of_negative(int32_t x) {
    static const int32_t exp_of_minus_power[7] = {
        1672461947, /* exp(-1/4) */
        1302514674, /* exp(-1/2) */
        790015084,  /* exp(-1) */
        290630308,  /* exp(-2) */
        39332535,   /* exp(-4) */
        720401,     /* exp(-8) */
        242,        /* exp(-16) */
    };
    const int32_t quarter = 1 << 24;
    if (x == 0) {
        return ONE_Q0_31;
    }
    const int32_t rest = (x & (quarter - 1)) - quarter;
    const int32_t quarters = rest - x;
    int32_t result = exp_of_small(multiply_by_power(rest, 5));
    for (uint32_t i = 0u; i < 7u; i++) {
        if (quarters & (int32_t)((uint32_t)quarter << i)) {
            result = multiply_q31(result, exp_of_minus_power[i]);
        }
    }
    return result;
}

/* 1 / (1 + x) in Q0.31 for x in Q0.31, 0 <= x < 1: three Newton steps in Q2.29. */
DSP_ONCE_A_PATCH static int32_t reciprocal_of_one_plus(int32_t x) {
    const int32_t q48_over_17 = 1515870810;
    const int32_t minus_32_over_17 = -1010580540;
    const int32_t half = (int32_t)(((int64_t)x + ONE_Q0_31 + 1) / 2);
    int32_t estimate = q48_over_17 + multiply_q31(half, minus_32_over_17);
    for (uint32_t step = 0u; step < 3u; step++) {
        const int32_t rest = ONE_Q2_29 - multiply_q31(half, estimate);
        estimate += multiply_by_power(multiply_q31(estimate, rest), 2);
    }
    return multiply_by_power(estimate, 1);
}

/* A difference of two logits in Q5.26; it must not be below the layer's smallest. */
DSP_ONCE_A_PATCH static int32_t scaled_difference(const struct softmax_layer *layer,
                                                  int32_t difference) {
    const int32_t shifted = dsp_wrap((uint32_t)difference << layer->left_shift);
    return multiply_q31(shifted, layer->multiplier);
}

DSP_ONCE_A_PATCH static int32_t largest_of(const struct softmax_layer *layer,
                                           const int8_t *logits) {
    int32_t largest = -128;
    for (uint32_t i = 0u; i < layer->classes; i++) {
        largest = logits[i] > largest ? logits[i] : largest;
    }
    return largest;
}

/* The sum of exp(logit - largest) in Q12.19. */
DSP_ONCE_A_PATCH static int32_t sum_of_exponentials(const struct softmax_layer *layer,
                                                    const int8_t *logits, int32_t largest) {
    int32_t sum = 0;
    for (uint32_t i = 0u; i < layer->classes; i++) {
        const int32_t difference = logits[i] - largest;
        if (difference >= layer->smallest_difference) {
            const int32_t exponential = exp_of_negative(scaled_difference(layer, difference));
            sum += divide_by_power(exponential, SUM_INTEGER_BITS);
        }
    }
    return sum;
}

#endif
