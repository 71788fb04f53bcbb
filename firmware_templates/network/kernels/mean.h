/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN over time and bands: rows are summed as they come. */
#ifndef NETWORK_KERNELS_MEAN_H
#define NETWORK_KERNELS_MEAN_H

#include "network/kernels/row_view.h"

struct mean_layer {
    uint32_t channels;
    uint32_t pixels; /* of a row */
    int32_t offset;  /* added to the sum of the u8 values */
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
};

/* Adds a row to the int32 `sums` of its channels; `layer` is a struct mean_layer. */
void mean_add_row_u8(const void *layer, const struct row_view *rows, void *sums);

/* A tensor_kernel, after the last row: its input is the sums. */
void mean_finish_s8(const void *layer, const int8_t *const *inputs, int8_t *means);

#endif
