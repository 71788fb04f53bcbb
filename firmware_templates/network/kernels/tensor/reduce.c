/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/reduce.h"

void tensor_reduce_walk(const struct tensor_reduction *reduction, const int8_t *values,
                        int8_t *output, tensor_reduce_kernel *kernel, const void *layer) {
    const struct tensor_box *kept = &reduction->kept;
    const uint32_t count = kept->shape[TENSOR_BOX_AXES - 1u];
    const int32_t stride = kept->strides[TENSOR_BOX_AXES - 1u];
    struct tensor_box_walk walk = {{0u}};
    int32_t first = 0;
    for (uint32_t rows = tensor_box_rows(kept->shape); rows > 0u; rows--) {
        int32_t place = first;
        for (uint32_t i = 0u; i < count; i++, place += stride) {
            *output++ = kernel(layer, values + place);
        }
        first += tensor_box_step(kept->shape, kept->strides, tensor_box_count(kept->shape, &walk));
    }
}
