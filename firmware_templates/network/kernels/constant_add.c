/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/constant.h"

#define SPARE 1048576 /* 2^20 */

void constant_add_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct constant_layer *const constant = layer;
    const struct output_range *range = &constant->range;
    const uint8_t *source = rows[0].pixels;
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < constant->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < constant->pixels; pixel++) {
            const int32_t shifted = (source[pixel] - constant->zero) * SPARE;
            const int32_t term =
                requantise_scale_s32(shifted, constant->input_multiplier, constant->input_shift);
            const int32_t result = constant->sign * term + constant->terms[channel];
            const int32_t value =
                requantise_scale_s32(result, constant->multiplier, constant->shift) + range->zero;
            target[pixel] = (uint8_t)(value < range->lowest    ? range->lowest
                                      : value > range->highest ? range->highest
                                                               : value);
        }
        source += rows[0].channel_stride;
        target += constant->channel_stride;
    }
}
