/* SPDX-License-Identifier: Apache-2.0 */
/* ADD and SUB of two tensors. */
#ifndef NETWORK_KERNELS_TENSOR_SUM_H
#define NETWORK_KERNELS_TENSOR_SUM_H

#include "network/kernels/tensor/pair.h"
#include "network/kernels/tensor/range.h"

struct tensor_sum_layer {
    struct tensor_pair pair;
    int32_t sign;     /* of the second input: 1 or -1 */
    int32_t zeros[2]; /* of the inputs */
    struct tensor_scale scales[2];
    struct tensor_scale scale; /* of the sum */
    struct tensor_range range;
};

/* `layer` is a struct tensor_sum_layer. */
void tensor_sum_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
