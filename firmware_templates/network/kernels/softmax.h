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

void softmax_normalise_s8(const struct softmax_layer *layer, const int8_t *logits, int8_t *scores);

#endif
