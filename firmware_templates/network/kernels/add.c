/* SPDX-License-Identifier: Apache-2.0 */
/* ADD of two rows: both are brought to a common scale with 20 bits to spare, then to the output's.
 */
#include "network/kernels/requantise.h"

#define SPARE 1048576 /* 2^20 */

void add_combine_row_u8(const struct add *layer, struct row_view first, struct row_view second,
                        uint8_t *planes) {
    const struct output_range *range = &layer->range;
    for (uint32_t channel = 0; channel < layer->channels; channel++) {
        for (uint32_t pixel = 0; pixel < layer->pixels; pixel++) {
            const int32_t a = (first.pixels[pixel] - layer->zeros[0]) * SPARE;
            const int32_t b = (second.pixels[pixel] - layer->zeros[1]) * SPARE;
            const int32_t sum = requantise_scale_s32(a, layer->multipliers[0], layer->shifts[0]) +
                                requantise_scale_s32(b, layer->multipliers[1], layer->shifts[1]);
            const int32_t value =
                requantise_scale_s32(sum, layer->multiplier, layer->shift) + range->zero;
            planes[pixel] = (uint8_t)(value < range->lowest    ? range->lowest
                                      : value > range->highest ? range->highest
                                                               : value);
        }
        first.pixels += first.channel_stride;
        second.pixels += second.channel_stride;
        planes += layer->channel_stride;
    }
}
