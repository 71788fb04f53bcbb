/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ADD and SUB of two rows: both are brought to a common scale with 20 bits to spare, then to the
 * output's. The portable twin of add.S.
 */
#include "network/kernels/add.h"

#if !DSP_ON_TARGET
#define SPARE 1048576 /* 2^20 */

void add_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct add_layer *const add = layer;
    const struct output_range *range = &add->range;
    const uint8_t *first = rows[0].pixels, *second = rows[1].pixels;
    uint8_t *sums = planes;
    for (uint32_t channel = 0u; channel < add->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < add->pixels; pixel++) {
            const int32_t a = (first[pixel] - add->zeros[0]) * SPARE;
            const int32_t b = (second[pixel] - add->zeros[1]) * SPARE;
            const int32_t second_term =
                requantise_scale_s32(b, add->multipliers[1], add->shifts[1]);
            const int32_t sum = requantise_scale_s32(a, add->multipliers[0], add->shifts[0]) +
                                add->sign * second_term;
            const int32_t value =
                requantise_scale_s32(sum, add->multiplier, add->shift) + range->zero;
            sums[pixel] = (uint8_t)(value < range->lowest    ? range->lowest
                                    : value > range->highest ? range->highest
                                                             : value);
        }
        first += rows[0].channel_stride;
        second += rows[1].channel_stride;
        sums += add->channel_stride;
    }
}
#endif
