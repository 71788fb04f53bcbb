/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/prelu_row.h"

void prelu_row_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct prelu_row_layer *const prelu = layer;
    const struct output_range *range = &prelu->range;
    const uint8_t *source = rows[0].pixels;
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < prelu->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < prelu->pixels; pixel++) {
            const int32_t input = source[pixel] - prelu->zero;
            const int32_t scaled =
                input >= 0
                    ? requantise_scale_s32(input, prelu->multiplier, prelu->shift)
                    : requantise_scale_s32(input * prelu->slopes[channel],
                                           prelu->negative_multiplier, prelu->negative_shift);
            const int32_t value = scaled + range->zero;
            target[pixel] = (uint8_t)(value < range->lowest    ? range->lowest
                                      : value > range->highest ? range->highest
                                                               : value);
        }
        source += rows[0].channel_stride;
        target += prelu->channel_stride;
    }
}
