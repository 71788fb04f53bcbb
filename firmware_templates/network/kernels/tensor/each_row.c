/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/each_row.h"

void tensor_each_row_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_each_row_layer *const each = layer;
    const int8_t *row = inputs[0];
    for (uint32_t i = 0u; i < each->rows; i++) {
        each->kernel(each->layer, &row, output);
        row += each->inputs;
        output += each->outputs;
    }
}
