/* SPDX-License-Identifier: Apache-2.0 */
/* REDUCE_MAX and REDUCE_MIN over time and bands, as rows come. */
#ifndef NETWORK_KERNELS_EXTREME_ADD_H
#define NETWORK_KERNELS_EXTREME_ADD_H

#include "network/kernels/row_view.h"

struct extreme_add_layer {
    uint32_t channels;
    uint32_t pixels; /* of a row */
    int32_t sign;    /* 1: the largest value; -1: the smallest */
};

/* Compares a row with the int8 `extremes` of its channels; `layer` is a struct extreme_add_layer.
 */
void extreme_add_row_u8(const void *layer, const struct row_view *rows, void *extremes);

/* A tensor_kernel, after the last row: its input is the extremes. */
void extreme_finish_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
