/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC: as in the TFLite reference, a table has the score of every possible logit. */
#include "network/kernels/kernels.h"

void sigmoid_look_up_s8(const struct sigmoid *layer, const int8_t *logits, int8_t *scores) {
    for (uint32_t i = 0; i < layer->classes; i++) {
        scores[i] = layer->scores[logits[i] + 128];
    }
}
