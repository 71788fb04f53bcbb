/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/multiply.h"

static void multiply_row(const void *layer, const struct tensor_pair_row *row, int8_t *output) {
    const struct tensor_multiply_layer *const multiply = layer;
    const int8_t *first = row->values[0], *second = row->values[1];
    for (uint32_t i = 0u; i < row->count; i++) {
        const int32_t product = (*first - multiply->zeros[0]) * (*second - multiply->zeros[1]);
        output[i] = tensor_requantise_s8(product, &multiply->scale, &multiply->range);
        first += row->strides[0];
        second += row->strides[1];
    }
}

void tensor_multiply_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_multiply_layer *const multiply = layer;
    tensor_pair_walk(&multiply->pair, inputs, output, multiply_row, multiply);
}
