/* SPDX-License-Identifier: Apache-2.0 */
/* Both inputs are brought to a common scale with 20 bits to spare, then the sum to the output's. */
#include "network/kernels/tensor/sum.h"

#define SPARE 1048576 /* 2^20 */

static int32_t to_common_scale(const struct tensor_sum_layer *sum, uint32_t input, int32_t value) {
    const struct tensor_scale *scale = &sum->scales[input];
    const int32_t shifted = (value - sum->zeros[input]) * SPARE;
    return requantise_scale_s32(shifted, scale->multiplier, scale->shift);
}

static void sum_row(const void *layer, const struct tensor_pair_row *row, int8_t *output) {
    const struct tensor_sum_layer *const sum = layer;
    const int8_t *first = row->values[0], *second = row->values[1];
    for (uint32_t i = 0u; i < row->count; i++) {
        const int32_t total =
            to_common_scale(sum, 0u, *first) + sum->sign * to_common_scale(sum, 1u, *second);
        output[i] = tensor_requantise_s8(total, &sum->scale, &sum->range);
        first += row->strides[0];
        second += row->strides[1];
    }
}

void tensor_sum_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_sum_layer *const sum = layer;
    tensor_pair_walk(&sum->pair, inputs, output, sum_row, sum);
}
