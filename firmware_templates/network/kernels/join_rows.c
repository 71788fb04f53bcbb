/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/join_rows.h"

void join_rows_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct join_rows_layer *const join = layer;
    for (uint32_t i = 0u; i < join->pieces; i++) {
        const struct join_rows_piece *piece = &join->piece[i];
        const uint8_t *source = rows[i].pixels;
        uint8_t *target = (uint8_t *)planes + piece->first_byte;
        for (uint32_t channel = 0u; channel < piece->channels; channel++) {
            for (uint32_t pixel = 0u; pixel < piece->pixels; pixel++) {
                target[pixel] = source[pixel];
            }
            source += rows[i].channel_stride;
            target += join->channel_stride;
        }
    }
}
