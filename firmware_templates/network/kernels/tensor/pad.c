/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/rearrange.h"

void tensor_pad_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_pad_layer *const pad = layer;
    const struct tensor_box *box = &pad->box;
    const uint32_t count = box->shape[TENSOR_BOX_AXES - 1u];
    const int32_t stride = box->strides[TENSOR_BOX_AXES - 1u];
    const int8_t *value = inputs[0];
    for (uint32_t i = 0u; i < pad->count; i++) {
        output[i] = (int8_t)pad->padding;
    }
    struct tensor_box_walk walk = {{0u}};
    int32_t first = (int32_t)pad->first;
    for (uint32_t rows = tensor_box_rows(box->shape); rows > 0u; rows--) {
        int32_t place = first;
        for (uint32_t i = 0u; i < count; i++, place += stride) {
            output[place] = *value++;
        }
        first += tensor_box_step(box->shape, box->strides, tensor_box_count(box->shape, &walk));
    }
}
