/* SPDX-License-Identifier: Apache-2.0 */
/* As add.c, with the second row taken away. */
#include "network/kernels/pair_rows.h"

#define SPARE 1048576 /* 2^20 */

void subtract_rows_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct add_layer *const add = layer;
    const struct output_range *range = &add->range;
    const uint8_t *first = rows[0].pixels, *second = rows[1].pixels;
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < add->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < add->pixels; pixel++) {
            const int32_t a = (first[pixel] - add->zeros[0]) * SPARE;
            const int32_t b = (second[pixel] - add->zeros[1]) * SPARE;
            const int32_t difference =
                requantise_scale_s32(a, add->multipliers[0], add->shifts[0]) -
                requantise_scale_s32(b, add->multipliers[1], add->shifts[1]);
            const int32_t value =
                requantise_scale_s32(difference, add->multiplier, add->shift) + range->zero;
            target[pixel] = (uint8_t)(value < range->lowest    ? range->lowest
                                      : value > range->highest ? range->highest
                                                               : value);
        }
        first += rows[0].channel_stride;
        second += rows[1].channel_stride;
        target += add->channel_stride;
    }
}
