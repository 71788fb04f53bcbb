/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/prelu.h"

static void prelu_row(const void *layer, const struct tensor_pair_row *row, int8_t *output) {
    const struct tensor_prelu_layer *const prelu = layer;
    const int8_t *values = row->values[0], *alphas = row->values[1];
    for (uint32_t i = 0u; i < row->count; i++) {
        const int32_t value = *values - prelu->zeros[0];
        if (value >= 0) {
            output[i] = tensor_requantise_s8(value, &prelu->positive, &prelu->range);
        } else {
            const int32_t product = value * (*alphas - prelu->zeros[1]);
            output[i] = tensor_requantise_s8(product, &prelu->negative, &prelu->range);
        }
        values += row->strides[0];
        alphas += row->strides[1];
    }
}

void tensor_prelu_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_prelu_layer *const prelu = layer;
    tensor_pair_walk(&prelu->pair, inputs, output, prelu_row, prelu);
}
