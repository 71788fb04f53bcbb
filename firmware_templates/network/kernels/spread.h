/* SPDX-License-Identifier: Apache-2.0 */
/* Columns back to planes, where no matrix product follows a filter that leaves columns. */
#ifndef NETWORK_KERNELS_SPREAD_H
#define NETWORK_KERNELS_SPREAD_H

#include <stdint.h>

struct spread_layer {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride; /* of the output row's planes */
};

/* columns -> planes; `layer` is a struct spread_layer. */
void spread_columns_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                           uint32_t first_channel);

#endif
