/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/fill.h"

void tensor_fill_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_fill_layer *const fill = layer;
    (void)inputs;
    for (uint32_t i = 0u; i < fill->count; i++) {
        output[i] = (int8_t)fill->value;
    }
}
