/* SPDX-License-Identifier: Apache-2.0 */
/* SLICE, STRIDED_SLICE and SPLIT along bands and channels, row by row. */
#ifndef NETWORK_KERNELS_CUT_ROW_H
#define NETWORK_KERNELS_CUT_ROW_H

#include "network/kernels/row_view.h"

struct cut_row_layer {
    uint32_t channels; /* of the output */
    uint32_t pixels;
    uint32_t channel_stride;
    uint32_t first_channel; /* of the input */
    uint32_t first_pixel;
    int32_t channel_step;
    int32_t pixel_step;
};

/* planes -> planes; `layer` is a struct cut_row_layer. */
void cut_row_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
