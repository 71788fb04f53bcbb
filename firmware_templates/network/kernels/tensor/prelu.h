/* SPDX-License-Identifier: Apache-2.0 */
/* PRELU: negative values are multiplied by an alpha of their own. */
#ifndef NETWORK_KERNELS_TENSOR_PRELU_H
#define NETWORK_KERNELS_TENSOR_PRELU_H

#include "network/kernels/tensor/pair.h"
#include "network/kernels/tensor/range.h"

struct tensor_prelu_layer {
    struct tensor_pair pair; /* the values, then their alphas */
    int32_t zeros[2];
    struct tensor_scale positive;
    struct tensor_scale negative; /* of value times alpha */
    struct tensor_range range;
};

/* `layer` is a struct tensor_prelu_layer. */
void tensor_prelu_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
