/* SPDX-License-Identifier: Apache-2.0 */
/* MAXIMUM and MINIMUM of two tensors of one scale. */
#ifndef NETWORK_KERNELS_TENSOR_EXTREME_H
#define NETWORK_KERNELS_TENSOR_EXTREME_H

#include "network/kernels/tensor/pair.h"

struct tensor_extreme_layer {
    struct tensor_pair pair;
    int32_t sign; /* 1: the larger one, -1: the smaller one */
};

/* `layer` is a struct tensor_extreme_layer. */
void tensor_extreme_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
