/* SPDX-License-Identifier: Apache-2.0 */
/* CONCATENATION of rows along bands or channels. */
#ifndef NETWORK_KERNELS_JOIN_ROWS_H
#define NETWORK_KERNELS_JOIN_ROWS_H

#include "network/kernels/row_view.h"

/* One of the rows that are joined, and where it begins in the output's planes. */
struct join_rows_piece {
    uint32_t channels;
    uint32_t pixels;
    uint32_t first_byte;
};

struct join_rows_layer {
    uint32_t pieces;
    uint32_t channel_stride; /* of the output row's planes */
    const struct join_rows_piece *piece;
};

/* planes, planes ... -> planes; `layer` is a struct join_rows_layer, `rows` one of each input. */
void join_rows_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
