/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/look_up.h"

void tensor_look_up_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_look_up_layer *const look_up = layer;
    for (uint32_t i = 0u; i < look_up->count; i++) {
        output[i] = look_up->table[inputs[0][i] + 128];
    }
}
