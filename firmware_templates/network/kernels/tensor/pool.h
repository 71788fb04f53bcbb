/* SPDX-License-Identifier: Apache-2.0 */
/* MAX_POOL_2D and AVERAGE_POOL_2D of a whole tensor. */
#ifndef NETWORK_KERNELS_TENSOR_POOL_H
#define NETWORK_KERNELS_TENSOR_POOL_H

#include "network/kernels/tensor/range.h"
#include "network/kernels/tensor/window.h"

struct tensor_pool_layer {
    struct tensor_window window;
    uint32_t channels;
    struct tensor_range range; /* its zero point is not used: input and output have the same */
};

/* `layer` is a struct tensor_pool_layer. */
void tensor_max_pool_s8(const void *layer, const int8_t *const *inputs, int8_t *output);
void tensor_average_pool_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
