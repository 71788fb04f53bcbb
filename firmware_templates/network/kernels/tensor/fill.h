/* SPDX-License-Identifier: Apache-2.0 */
/* FILL: one value in all elements, as an unrolled recurrent layer's first state. */
#ifndef NETWORK_KERNELS_TENSOR_FILL_H
#define NETWORK_KERNELS_TENSOR_FILL_H

#include <stdint.h>

struct tensor_fill_layer {
    uint32_t count;
    int32_t value;
};

/* A tensor_kernel without inputs; `layer` is a struct tensor_fill_layer. */
void tensor_fill_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
