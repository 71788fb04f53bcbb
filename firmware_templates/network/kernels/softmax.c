/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX in fixed point, bit for bit as the TFLite reference. */
#include "network/kernels/softmax.h"

#include "network/kernels/softmax_parts.h"

DSP_ONCE_A_PATCH void softmax_normalise_s8(const void *layer, const int8_t *const *inputs,
                                           int8_t *output) {
    const struct softmax_layer *const softmax = layer;
    const int8_t *const logits = inputs[0];
    const int32_t largest = largest_of(softmax, logits);
    const int32_t sum = sum_of_exponentials(softmax, logits, largest);
    const int32_t headroom = __builtin_clz((uint32_t)sum);
    const uint32_t bits_over_unit = (uint32_t)(SUM_INTEGER_BITS - headroom);
    const int32_t above_one = dsp_wrap(((uint32_t)sum << headroom) - (1u << 31));
    const int32_t scale = reciprocal_of_one_plus(above_one);
    for (uint32_t i = 0u; i < softmax->classes; i++) {
        const int32_t difference = logits[i] - largest;
        int32_t score = -128;
        if (difference >= softmax->smallest_difference) {
            const int32_t product =
                multiply_q31(scale, exp_of_negative(scaled_difference(softmax, difference)));
            score += divide_by_power(product, bits_over_unit + 31u - 8u);
        }
        output[i] = (int8_t)(score > 127 ? 127 : score);
    }
}
