/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/dense.h"

#include "network/kernels/requantise.h"

void dense_multiply_s8(const struct dense_layer *layer, const int8_t *inputs, int8_t *outputs) {
    const int8_t *weight = layer->weights;
    for (uint32_t output = 0u; output < layer->outputs; output++) {
        const struct dense_output *requantise = &layer->requantise[output];
        int32_t sum = requantise->bias;
        for (uint32_t input = 0u; input < layer->inputs; input++) {
            sum += *weight++ * inputs[input];
        }
        const int32_t value =
            requantise_once_s32(sum, requantise->multiplier, requantise->shift) + layer->zero_point;
        outputs[output] =
            (int8_t)(value < layer->lowest ? layer->lowest
                                           : (value > layer->highest ? layer->highest : value));
    }
}
