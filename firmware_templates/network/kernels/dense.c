/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/dense.h"

#include "network/kernels/requantise.h"

void dense_multiply_s8(const void *layer, const int8_t *const *inputs, int8_t *target) {
    const struct dense_layer *const dense = layer;
    const int8_t *const source = inputs[0];
    const int8_t *weight = dense->weights;
    for (uint32_t output = 0u; output < dense->outputs; output++) {
        const struct dense_output *requantise = &dense->requantise[output];
        int32_t sum = requantise->bias;
        for (uint32_t input = 0u; input < dense->inputs; input++) {
            sum += *weight++ * source[input];
        }
        const int32_t value =
            requantise_once_s32(sum, requantise->multiplier, requantise->shift) + dense->zero_point;
        target[output] =
            (int8_t)(value < dense->lowest ? dense->lowest
                                           : (value > dense->highest ? dense->highest : value));
    }
}
