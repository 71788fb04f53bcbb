/* SPDX-License-Identifier: Apache-2.0 */
/* MUL of two tensors. */
#ifndef NETWORK_KERNELS_TENSOR_MULTIPLY_H
#define NETWORK_KERNELS_TENSOR_MULTIPLY_H

#include "network/kernels/tensor/pair.h"
#include "network/kernels/tensor/range.h"

struct tensor_multiply_layer {
    struct tensor_pair pair;
    int32_t zeros[2]; /* of the inputs */
    struct tensor_scale scale;
    struct tensor_range range;
};

/* `layer` is a struct tensor_multiply_layer. */
void tensor_multiply_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
