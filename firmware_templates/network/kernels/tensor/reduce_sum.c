/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/reduce.h"

#include "network/kernels/tensor/sum_of.h"

static int8_t scaled_sum(const void *layer, const int8_t *values) {
    const struct tensor_reduce_sum_layer *const reduce = layer;
    const int32_t sum = sum_of(&reduce->reduction.reduced, values);
    return tensor_requantise_s8(sum + reduce->offset, &reduce->scale, &reduce->range);
}

void tensor_reduce_sum_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_reduce_sum_layer *const reduce = layer;
    tensor_reduce_walk(&reduce->reduction, inputs[0], output, scaled_sum, reduce);
}
