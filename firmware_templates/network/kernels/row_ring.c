/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/row_ring.h"

struct row_view row_ring_view(const struct row_ring *ring, int32_t row, uint32_t group) {
    struct row_view view = {ring->border_row, 0u};
    if (row >= 0 && row < (int32_t)ring->height) {
        view.pixels = row_ring_place(ring, (uint32_t)row, group);
        view.channel_stride = ring->channel_stride;
    }
    return view;
}

uint8_t *row_ring_place(const struct row_ring *ring, uint32_t row, uint32_t group) {
    return ring->rows + (row * ring->groups + group) % ring->places * ring->group_bytes;
}
