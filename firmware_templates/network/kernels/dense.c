/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/dense.h"

#include <stdbool.h>

#include "network/kernels/requantise.h"

/* sum + products of weights and inputs; the first `by_words` of them are in aligned words. */
static int32_t add_products(const int8_t *weights, const int8_t *inputs, uint32_t by_words,
                            uint32_t count, int32_t sum) {
    uint32_t i = 0u;
    for (; i < by_words; i += 4u) {
        const uint32_t w = dsp_load_u32(weights + i), x = dsp_load_u32(inputs + i);
        sum = dsp_smlad(dsp_sxtb16_even(w), dsp_sxtb16_even(x), sum);
        sum = dsp_smlad(dsp_sxtb16_odd(w), dsp_sxtb16_odd(x), sum);
    }
    for (; i < count; i++) {
        sum += weights[i] * inputs[i];
    }
    return sum;
}

void dense_multiply_s8(const void *layer, const int8_t *const *inputs, int8_t *target) {
    const struct dense_layer *const dense = layer;
    const int8_t *const source = inputs[0];
    const int8_t *weights = dense->weights;
    const bool aligned = (((uintptr_t)source | (uintptr_t)weights | dense->inputs) & 3u) == 0u;
    const uint32_t by_words = aligned ? dense->inputs : 0u;
    for (uint32_t output = 0u; output < dense->outputs; output++) {
        const struct dense_output *requantise = &dense->requantise[output];
        const int32_t sum =
            add_products(weights, source, by_words, dense->inputs, requantise->bias);
        weights += dense->inputs;
        const int32_t value =
            requantise_once_s32(sum, requantise->multiplier, requantise->shift) + dense->zero_point;
        target[output] =
            (int8_t)(value < dense->lowest ? dense->lowest
                                           : (value > dense->highest ? dense->highest : value));
    }
}
