/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/pair_rows.h"

void extreme_rows_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct extreme_rows_layer *const extreme = layer;
    const uint8_t *first = rows[0].pixels, *second = rows[1].pixels;
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < extreme->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < extreme->pixels; pixel++) {
            const int32_t ahead = (first[pixel] - second[pixel]) * extreme->sign;
            target[pixel] = ahead > 0 ? first[pixel] : second[pixel];
        }
        first += rows[0].channel_stride;
        second += rows[1].channel_stride;
        target += extreme->channel_stride;
    }
}
