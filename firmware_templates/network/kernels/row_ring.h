/* SPDX-License-Identifier: Apache-2.0 */
/* Rings of rows between layers. */
#ifndef NETWORK_KERNELS_ROW_RING_H
#define NETWORK_KERNELS_ROW_RING_H

#include "network/kernels/row_view.h"

struct stage; /* network/stream.h */

/*
 * The last rows of a tensor. A row is cut into `groups` of channels, often one; the ring has
 * `places` for a group each. Group g of row r is in place (r * groups + g) % places: a ring may
 * so hold two rows and a group, when that is all that its reader still needs.
 */
struct row_ring {
    uint8_t *rows;
    const uint8_t *border_row; /* what is above row 0 and below the last row */
    uint32_t group_bytes;
    uint16_t groups; /* of a row */
    uint16_t places;
    uint16_t height;         /* rows of the whole tensor */
    uint16_t channel_stride; /* bytes of a plane */
    uint16_t channels;
    uint16_t group_channels;
    uint16_t pixels;                    /* of a row, without padding */
    uint16_t swapped;                   /* 1: pixels lie as 0 2 1 3, see row_view.h */
    uint32_t *rows_in;                  /* rows that have been made since network_begin() */
    const struct stage *const *readers; /* in the order in which they work; ends with NULL */
};

/* A group of `count` rows of the tensor from row `first` on; some may be beyond its borders. */
void row_ring_window(const struct row_ring *ring, int32_t first, uint32_t count, uint32_t group,
                     struct row_view *rows);

/* Where a group of row `row` is to be written. */
uint8_t *row_ring_place(const struct row_ring *ring, uint32_t row, uint32_t group);

#endif
