/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/rearrange.h"

void tensor_gather_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_gather_layer *const gather = layer;
    const struct tensor_box *box = &gather->box;
    const uint32_t count = box->shape[TENSOR_BOX_AXES - 1u];
    const int32_t stride = box->strides[TENSOR_BOX_AXES - 1u];
    struct tensor_box_walk walk = {{0u}};
    int32_t first = (int32_t)gather->first;
    for (uint32_t rows = tensor_box_rows(box->shape); rows > 0u; rows--) {
        int32_t place = first;
        for (uint32_t i = 0u; i < count; i++, place += stride) {
            *output++ = inputs[0][place];
        }
        first += tensor_box_step(box->shape, box->strides, tensor_box_count(box->shape, &walk));
    }
}
