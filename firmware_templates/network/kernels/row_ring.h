/* SPDX-License-Identifier: Apache-2.0 */
/* Rings of rows between layers. */
#ifndef NETWORK_KERNELS_ROW_RING_H
#define NETWORK_KERNELS_ROW_RING_H

#include "network/kernels/row_view.h"

struct stage; /* network/stream.h */

/* The last `depth` rows of a tensor. */
struct row_ring {
    uint8_t *rows;
    const uint8_t *border_row; /* what stands above row 0 and below the last row */
    uint32_t row_bytes;
    uint16_t channel_stride; /* bytes of a plane */
    uint16_t depth;
    uint16_t height; /* rows of the whole tensor */
    uint16_t channels;
    uint16_t pixels;                    /* of a row, without padding */
    uint32_t *rows_in;                  /* rows that have been made since network_begin() */
    const struct stage *const *readers; /* in the order in which they work; ends with NULL */
};

/* Row `row` of the tensor, which may lie beyond its borders. */
struct row_view row_ring_view(const struct row_ring *ring, int32_t row);

/* Where row `row` is to be written. */
uint8_t *row_ring_place(const struct row_ring *ring, uint32_t row);

#endif
