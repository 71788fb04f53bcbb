/* SPDX-License-Identifier: Apache-2.0 */
/* A function of one value, row by row, from a table of all 256. */
#ifndef NETWORK_KERNELS_LOOK_UP_H
#define NETWORK_KERNELS_LOOK_UP_H

#include "network/kernels/row_view.h"

struct look_up_layer {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride; /* of the output row's planes */
    const int8_t *table;     /* of -128, -127 ... 127 */
};

/* planes -> planes; `layer` is a struct look_up_layer. */
void look_up_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
