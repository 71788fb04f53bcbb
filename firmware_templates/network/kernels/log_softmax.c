/* SPDX-License-Identifier: Apache-2.0 */
/* LOG_SOFTMAX in fixed point, bit for bit as the TFLite reference: x - largest - ln(sum). */
#include "network/kernels/log_softmax.h"

#include "network/kernels/softmax_parts.h"

#define LARGEST_LOGARITHM 127
#define SCORE_FRACTION_BITS 4
#define LOGARITHM_FRACTION_BITS 26 /* Q5.26, exp()'s own */
#define POWER_FRACTION_BITS 25     /* Q6.25: a bit more room for the powers of two */

/*
 * The sum is 2^power * ratio, with the ratio in Q0.31 between sqrt(1/2) and 1, and the power in
 * quarters. It is split twice, with the power a quarter above a whole number and a quarter below;
 * the smaller ratio is the right one, since that of the other split saturates.
 */
struct split {
    int32_t ratio_q31;
    int32_t power_q25;
};

static struct split split_of(int32_t sum_q19) {
    const int32_t root_of_half = 1518500250;
    const int32_t quarter = 1 << (POWER_FRACTION_BITS - 2);
    const int32_t one = 1 << POWER_FRACTION_BITS;
    const int32_t whole_headroom = __builtin_clz((uint32_t)sum_q19);
    const int32_t whole_ratio = dsp_wrap((uint32_t)sum_q19 << (whole_headroom - 1));
    const int32_t above = multiply_by_power(multiply_q31(whole_ratio, root_of_half), 1u);
    const int32_t above_power = (SUM_INTEGER_BITS - whole_headroom) * one + quarter;
    const int32_t reduced = multiply_q31(sum_q19, root_of_half);
    const int32_t headroom = __builtin_clz((uint32_t)reduced) - 1;
    const int32_t below = multiply_by_power(sum_q19, (uint32_t)headroom);
    const int32_t below_power = (SUM_INTEGER_BITS - headroom) * one - quarter;
    return (struct split){
        .ratio_q31 = above < below ? above : below,
        .power_q25 = above_power > below_power ? above_power : below_power,
    };
}

/* ln(sum) in Q5.26 for a sum in Q12.19: power * ln 2, and a quotient of polynomials for the ratio.
 */
static int32_t logarithm_of(int32_t sum_q19) {
    const int32_t ln_of_2 = 1488522236;
    const int32_t centre = 1805811301;               /* 2^(-1/4): the ratio is near it */
    const int32_t cubic = 117049297;                 /* 11/240 * 2^(1/4) */
    const int32_t denominator_constant = 1057819769; /* 2^(3/4) - 2^(1/4) */
    const int32_t denominator_square = 127690142;    /* 1/20 * 2^(1/4) */
    const int32_t denominator_linear = 638450708;    /* 1/4 * 2^(1/4) */
    const struct split split = split_of(sum_q19);
    const int32_t ratio = split.ratio_q31;
    const int32_t mean = (int32_t)(((int64_t)ratio + centre + 1) / 2);
    const int32_t twice_off = 2 * (ratio - centre);
    const int32_t square = multiply_q31(twice_off, twice_off);
    const int32_t numerator =
        multiply_q31(twice_off, ratio) + multiply_q31(multiply_q31(twice_off, square), cubic);
    const int32_t factor =
        denominator_constant + twice_off + multiply_q31(denominator_square, square);
    const int32_t denominator_above_one =
        multiply_q31(mean, factor) + multiply_q31(denominator_linear, twice_off);
    const int32_t reciprocal = reciprocal_of_one_plus(denominator_above_one);
    const int32_t numerator_q25 = divide_by_power(numerator, 31u - POWER_FRACTION_BITS);
    const int32_t logarithm_q25 =
        multiply_q31(split.power_q25, ln_of_2) + multiply_q31(numerator_q25, reciprocal);
    return multiply_by_power(logarithm_q25, LOGARITHM_FRACTION_BITS - POWER_FRACTION_BITS);
}

void log_softmax_normalise_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct softmax_layer *const softmax = layer;
    const int8_t *const logits = inputs[0];
    const int32_t largest = largest_of(softmax, logits);
    const int32_t logarithm = logarithm_of(sum_of_exponentials(softmax, logits, largest));
    /* Below -16 a score is the least there is; so is one that would not fit Q5.26. */
    const int32_t least = logarithm - (16 << LOGARITHM_FRACTION_BITS);
    for (uint32_t i = 0u; i < softmax->classes; i++) {
        const int32_t difference = logits[i] - largest;
        int32_t score = -128;
        if (difference >= softmax->smallest_difference) {
            const int32_t scaled = scaled_difference(softmax, difference);
            if (scaled >= least) {
                const uint32_t bits = LOGARITHM_FRACTION_BITS - SCORE_FRACTION_BITS;
                score = LARGEST_LOGARITHM + divide_by_power(scaled - logarithm, bits);
            }
        }
        output[i] = (int8_t)(score > 127 ? 127 : (score < -128 ? -128 : score));
    }
}
