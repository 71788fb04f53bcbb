/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/reduce.h"

#include "network/kernels/tensor/sum_of.h"

void tensor_reduce_sum_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_reduce_sum_layer *const reduce = layer;
    const struct tensor_box *kept = &reduce->reduction.kept;
    const uint32_t count = kept->shape[TENSOR_BOX_AXES - 1u];
    const int32_t stride = kept->strides[TENSOR_BOX_AXES - 1u];
    struct tensor_box_walk walk = {{0u}};
    int32_t first = 0;
    for (uint32_t rows = tensor_box_rows(kept->shape); rows > 0u; rows--) {
        int32_t place = first;
        for (uint32_t i = 0u; i < count; i++, place += stride) {
            const int32_t sum = sum_of(&reduce->reduction.reduced, inputs[0] + place);
            *output++ = tensor_requantise_s8(sum + reduce->offset, &reduce->scale, &reduce->range);
        }
        first += tensor_box_step(kept->shape, kept->strides, tensor_box_count(kept->shape, &walk));
    }
}
