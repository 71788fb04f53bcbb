/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/row_ring.h"

static uint32_t place_of(const struct row_ring *ring, uint32_t row, uint32_t group) {
    return (row * ring->groups + group) % ring->places;
}

void row_ring_window(const struct row_ring *ring, int32_t first, uint32_t count, uint32_t group,
                     struct row_view *rows) {
    uint32_t place = place_of(ring, first < 0 ? 0u : (uint32_t)first, group);
    for (int32_t row = first; count != 0u; row++, rows++, count--) {
        if (row < 0 || row >= (int32_t)ring->height) {
            *rows = (struct row_view){ring->border_row, 0u};
            continue;
        }
        *rows = (struct row_view){ring->rows + place * ring->group_bytes, ring->channel_stride};
        place += ring->groups;
        if (place >= ring->places) {
            place -= ring->places;
        }
    }
}

uint8_t *row_ring_place(const struct row_ring *ring, uint32_t row, uint32_t group) {
    return ring->rows + place_of(ring, row, group) * ring->group_bytes;
}
