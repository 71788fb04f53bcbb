/* SPDX-License-Identifier: Apache-2.0 */
/* MAX_POOL_2D and AVERAGE_POOL_2D row by row, where no window reaches over a border. */
#ifndef NETWORK_KERNELS_POOL_H
#define NETWORK_KERNELS_POOL_H

#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct pool_layer {
    uint32_t rows; /* of the window */
    uint32_t columns;
    uint32_t stride; /* along a row */
    uint32_t channels;
    uint32_t pixels;         /* of the output row */
    uint32_t channel_stride; /* of the output row's planes */
    struct output_range range;
};

/* planes -> planes; `layer` is a struct pool_layer, `rows` those of the window. */
void max_pool_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);
void average_pool_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
