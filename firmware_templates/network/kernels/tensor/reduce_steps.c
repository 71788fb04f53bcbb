/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/reduce.h"

#include "network/kernels/tensor/sum_of.h"

/* How many of the ascending sums are reached. */
static uint32_t steps_reached(const struct tensor_reduce_steps_layer *reduce, int32_t sum) {
    uint32_t reached = 0u, beyond = reduce->steps;
    while (reached < beyond) {
        const uint32_t middle = (reached + beyond) / 2u;
        if (sum >= reduce->least_sums[middle]) {
            reached = middle + 1u;
        } else {
            beyond = middle;
        }
    }
    return reached;
}

static int8_t sum_in_steps(const void *layer, const int8_t *values) {
    const struct tensor_reduce_steps_layer *const reduce = layer;
    const int32_t sum = sum_of(&reduce->reduction.reduced, values);
    return (int8_t)(reduce->lowest + (int32_t)steps_reached(reduce, sum));
}

void tensor_reduce_steps_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_reduce_steps_layer *const reduce = layer;
    tensor_reduce_walk(&reduce->reduction, inputs[0], output, sum_in_steps, reduce);
}
