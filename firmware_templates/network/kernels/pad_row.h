/* SPDX-License-Identifier: Apache-2.0 */
/* PAD and PADV2 row by row: rows above and below come from the ring's border. */
#ifndef NETWORK_KERNELS_PAD_ROW_H
#define NETWORK_KERNELS_PAD_ROW_H

#include "network/kernels/row_view.h"

struct pad_row_layer {
    uint32_t channels; /* of the input, which begin at first_channel of the output */
    uint32_t pixels;
    uint32_t first_channel;
    uint32_t left;
    uint32_t row_bytes; /* of the output's row: all planes */
    uint32_t channel_stride;
    uint32_t padding; /* in u8 */
};

/* planes -> planes; `layer` is a struct pad_row_layer. */
void pad_row_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
