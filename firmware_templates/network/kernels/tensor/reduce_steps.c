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

void tensor_reduce_steps_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_reduce_steps_layer *const reduce = layer;
    const struct tensor_box *kept = &reduce->reduction.kept;
    const uint32_t count = kept->shape[TENSOR_BOX_AXES - 1u];
    const int32_t stride = kept->strides[TENSOR_BOX_AXES - 1u];
    struct tensor_box_walk walk = {{0u}};
    int32_t first = 0;
    for (uint32_t rows = tensor_box_rows(kept->shape); rows > 0u; rows--) {
        int32_t place = first;
        for (uint32_t i = 0u; i < count; i++, place += stride) {
            const int32_t sum = sum_of(&reduce->reduction.reduced, inputs[0] + place);
            *output++ = (int8_t)(reduce->lowest + (int32_t)steps_reached(reduce, sum));
        }
        first += tensor_box_step(kept->shape, kept->strides, tensor_box_count(kept->shape, &walk));
    }
}
