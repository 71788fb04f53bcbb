/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TRANSPOSE, STRIDED_SLICE, SLICE, SPLIT and UNPACK: each output element is one of the input. PAD
 * and PADV2: each input element is one of the output, the others have one value.
 */
#ifndef NETWORK_KERNELS_TENSOR_REARRANGE_H
#define NETWORK_KERNELS_TENSOR_REARRANGE_H

#include "network/kernels/tensor/box.h"

struct tensor_gather_layer {
    struct tensor_box box; /* the output's shape; strides in the input */
    uint32_t first;        /* the input's element that is the output's first */
};

struct tensor_pad_layer {
    struct tensor_box box; /* the input's shape; strides in the output */
    uint32_t first;        /* the output's element that is the input's first */
    uint32_t count;        /* elements of the output */
    int32_t padding;       /* the value around */
};

/* `layer` is a struct tensor_gather_layer. */
void tensor_gather_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

/* `layer` is a struct tensor_pad_layer. */
void tensor_pad_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
