/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/sigmoid.h"

void sigmoid_look_up_s8(const struct sigmoid_layer *layer, const int8_t *logits, int8_t *scores) {
    for (uint32_t i = 0u; i < layer->classes; i++) {
        scores[i] = layer->scores[logits[i] + 128];
    }
}
