/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/extreme.h"

static void extreme_row(const void *layer, const struct tensor_pair_row *row, int8_t *output) {
    const struct tensor_extreme_layer *const extreme = layer;
    const int8_t *first = row->values[0], *second = row->values[1];
    for (uint32_t i = 0u; i < row->count; i++) {
        const int32_t difference = extreme->sign * (*first - *second);
        output[i] = difference > 0 ? *first : *second;
        first += row->strides[0];
        second += row->strides[1];
    }
}

void tensor_extreme_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_extreme_layer *const extreme = layer;
    tensor_pair_walk(&extreme->pair, inputs, output, extreme_row, extreme);
}
