/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC, on int8 vectors: as in the TFLite reference, a table has every logit's score. */
#ifndef NETWORK_KERNELS_SIGMOID_H
#define NETWORK_KERNELS_SIGMOID_H

#include <stdint.h>

struct sigmoid_layer {
    uint32_t classes;
    const int8_t *scores; /* of all 256 logits, from -128 on */
};

void sigmoid_look_up_s8(const struct sigmoid_layer *layer, const int8_t *logits, int8_t *scores);

#endif
