/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN, SUM, REDUCE_MAX and REDUCE_MIN over any axes of a whole tensor. */
#ifndef NETWORK_KERNELS_TENSOR_REDUCE_H
#define NETWORK_KERNELS_TENSOR_REDUCE_H

#include "network/kernels/tensor/box.h"
#include "network/kernels/tensor/range.h"

struct tensor_reduction {
    struct tensor_box kept;    /* the axes of the output; strides in the input */
    struct tensor_box reduced; /* the others */
};

/* One output, of the values that are reduced to it: `values` points at the first of them. */
typedef int8_t tensor_reduce_kernel(const void *layer, const int8_t *values);

/* Run a kernel for each output. */
void tensor_reduce_walk(const struct tensor_reduction *reduction, const int8_t *values,
                        int8_t *output, tensor_reduce_kernel *kernel, const void *layer);

struct tensor_reduce_sum_layer {
    struct tensor_reduction reduction;
    int32_t offset; /* added to each sum */
    struct tensor_scale scale;
    struct tensor_range range;
};

struct tensor_reduce_steps_layer {
    struct tensor_reduction reduction;
    int32_t lowest; /* the output of a sum below all of least_sums */
    uint32_t steps;
    const int32_t *least_sums; /* ascending: each is the least sum with an output one higher */
};

struct tensor_reduce_extreme_layer {
    struct tensor_reduction reduction;
    int32_t sign; /* 1: the largest, -1: the smallest */
};

/* `layer` is a struct tensor_reduce_sum_layer. */
void tensor_reduce_sum_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

/* `layer` is a struct tensor_reduce_steps_layer. */
void tensor_reduce_steps_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

/* `layer` is a struct tensor_reduce_extreme_layer. */
void tensor_reduce_extreme_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
