/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D of a whole tensor: any window, stride and dilation, any number of groups. */
#ifndef NETWORK_KERNELS_TENSOR_CONVOLUTION_H
#define NETWORK_KERNELS_TENSOR_CONVOLUTION_H

#include "network/kernels/tensor/range.h"
#include "network/kernels/tensor/window.h"

struct tensor_convolution_layer {
    struct tensor_window window;
    uint32_t groups;
    uint32_t group_inputs; /* channels of the input that each output of a group reads */
    uint32_t group_outputs;
    int32_t input_zero;
    const int8_t *weights; /* [output][window row][window column][input] */
    const struct tensor_channel *channels;
    struct tensor_range range;
};

/* `layer` is a struct tensor_convolution_layer. */
void tensor_convolution_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
