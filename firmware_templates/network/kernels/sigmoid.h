/* SPDX-License-Identifier: Apache-2.0 */
/* LOGISTIC, on int8 vectors: as in the TFLite reference, a table has every logit's score. */
#ifndef NETWORK_KERNELS_SIGMOID_H
#define NETWORK_KERNELS_SIGMOID_H

#include <stdint.h>

struct sigmoid_layer {
    uint32_t classes;
    const int8_t *scores; /* of all 256 logits, from -128 on */
};

/* A tensor_kernel; `layer` is a struct sigmoid_layer. */
void sigmoid_look_up_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
