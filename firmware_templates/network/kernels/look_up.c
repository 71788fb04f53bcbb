/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/look_up.h"

void look_up_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct look_up_layer *const look_up = layer;
    const uint8_t *source = rows[0].pixels;
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < look_up->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < look_up->pixels; pixel++) {
            target[pixel] = (uint8_t)(look_up->table[source[pixel]] + 128);
        }
        source += rows[0].channel_stride;
        target += look_up->channel_stride;
    }
}
