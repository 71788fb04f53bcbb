/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/pair_rows.h"

void multiply_rows_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct multiply_rows_layer *const multiply = layer;
    const struct output_range *range = &multiply->range;
    const uint8_t *first = rows[0].pixels, *second = rows[1].pixels;
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < multiply->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < multiply->pixels; pixel++) {
            const int32_t product =
                (first[pixel] - multiply->zeros[0]) * (second[pixel] - multiply->zeros[1]);
            const int32_t value =
                requantise_scale_s32(product, multiply->multiplier, multiply->shift) + range->zero;
            target[pixel] = (uint8_t)(value < range->lowest    ? range->lowest
                                      : value > range->highest ? range->highest
                                                               : value);
        }
        first += rows[0].channel_stride;
        second += rows[1].channel_stride;
        target += multiply->channel_stride;
    }
}
