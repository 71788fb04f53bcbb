/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/pair.h"

void tensor_pair_walk(const struct tensor_pair *pair, const int8_t *const *inputs, int8_t *output,
                      tensor_pair_kernel *kernel, const void *layer) {
    const uint32_t innermost = TENSOR_BOX_AXES - 1u;
    struct tensor_box_walk walk = {{0u}};
    struct tensor_pair_row row = {{NULL, NULL}, {0, 0}, pair->shape[innermost]};
    for (uint32_t i = 0u; i < 2u; i++) {
        const struct tensor_operand *operand = &pair->operands[i];
        row.values[i] = operand->constant != NULL ? operand->constant : *inputs++;
        row.strides[i] = operand->strides[innermost];
    }
    kernel(layer, &row, output);
    for (uint32_t rows = tensor_box_rows(pair->shape); rows > 1u; rows--) {
        const uint32_t axis = tensor_box_count(pair->shape, &walk);
        for (uint32_t i = 0u; i < 2u; i++) {
            row.values[i] += tensor_box_step(pair->shape, pair->operands[i].strides, axis);
        }
        output += row.count;
        kernel(layer, &row, output);
    }
}
