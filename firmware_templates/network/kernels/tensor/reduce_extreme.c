/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/reduce.h"

static int8_t extreme_of(const void *layer, const int8_t *values) {
    const struct tensor_reduce_extreme_layer *const reduce = layer;
    const struct tensor_box *reduced = &reduce->reduction.reduced;
    const int32_t sign = reduce->sign;
    const uint32_t count = reduced->shape[TENSOR_BOX_AXES - 1u];
    const int32_t stride = reduced->strides[TENSOR_BOX_AXES - 1u];
    struct tensor_box_walk walk = {{0u}};
    int8_t extreme = values[0];
    int32_t first = 0;
    for (uint32_t rows = tensor_box_rows(reduced->shape); rows > 0u; rows--) {
        int32_t place = first;
        for (uint32_t i = 0u; i < count; i++, place += stride) {
            extreme = sign * (values[place] - extreme) > 0 ? values[place] : extreme;
        }
        const uint32_t axis = tensor_box_count(reduced->shape, &walk);
        first += tensor_box_step(reduced->shape, reduced->strides, axis);
    }
    return extreme;
}

void tensor_reduce_extreme_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_reduce_extreme_layer *const reduce = layer;
    tensor_reduce_walk(&reduce->reduction, inputs[0], output, extreme_of, reduce);
}
