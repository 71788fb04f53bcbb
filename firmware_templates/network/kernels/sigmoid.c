/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/sigmoid.h"

void sigmoid_look_up_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct sigmoid_layer *const sigmoid = layer;
    const int8_t *const logits = inputs[0];
    for (uint32_t i = 0u; i < sigmoid->classes; i++) {
        output[i] = sigmoid->scores[logits[i] + 128];
    }
}
