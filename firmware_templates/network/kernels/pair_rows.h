/* SPDX-License-Identifier: Apache-2.0 */
/* MUL, MAXIMUM and MINIMUM of two rows. */
#ifndef NETWORK_KERNELS_PAIR_ROWS_H
#define NETWORK_KERNELS_PAIR_ROWS_H

#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct multiply_rows_layer {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride; /* of the output row's planes */
    int32_t zeros[2];        /* of the inputs, in u8 */
    int32_t multiplier;
    int32_t shift;
    struct output_range range;
};

struct extreme_rows_layer {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride;
    int32_t sign; /* 1: the larger of two values; -1: the smaller */
};

/* planes + planes -> planes; `layer` is a struct multiply_rows_layer ... */
void multiply_rows_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);
void extreme_rows_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
