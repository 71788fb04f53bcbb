/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/cut_row.h"

void cut_row_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct cut_row_layer *const cut = layer;
    uint8_t *target = planes;
    int32_t taken = (int32_t)cut->first_channel;
    for (uint32_t channel = 0u; channel < cut->channels; channel++) {
        const uint8_t *plane = rows[0].pixels + (uint32_t)taken * rows[0].channel_stride;
        int32_t place = (int32_t)cut->first_pixel;
        for (uint32_t pixel = 0u; pixel < cut->pixels; pixel++) {
            target[pixel] = plane[place];
            place += cut->pixel_step;
        }
        taken += cut->channel_step;
        target += cut->channel_stride;
    }
}
