/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D of a whole tensor: any window, stride, dilation and multiplier. */
#ifndef NETWORK_KERNELS_TENSOR_DEPTHWISE_H
#define NETWORK_KERNELS_TENSOR_DEPTHWISE_H

#include "network/kernels/tensor/range.h"
#include "network/kernels/tensor/window.h"

struct tensor_depthwise_layer {
    struct tensor_window window;
    uint32_t inputs;     /* channels of the input */
    uint32_t multiplier; /* output channels of each */
    int32_t input_zero;
    const int8_t *weights; /* [window row][window column][output] */
    const struct tensor_channel *channels;
    struct tensor_range range;
};

/* `layer` is a struct tensor_depthwise_layer. */
void tensor_depthwise_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
