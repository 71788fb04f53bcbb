/* SPDX-License-Identifier: Apache-2.0 */
/* SOFTMAX, on int8 vectors. */
#ifndef NETWORK_KERNELS_SOFTMAX_H
#define NETWORK_KERNELS_SOFTMAX_H

#include <stdint.h>

struct softmax_layer {
    uint32_t classes;
    int32_t multiplier;
    int32_t left_shift;
    int32_t smallest_difference; /* logits further below the largest count as probability 0 */
};

/* A tensor_kernel; `layer` is a struct softmax_layer. */
void softmax_normalise_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
