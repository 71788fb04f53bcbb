/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/mean.h"

#include "network/kernels/requantise.h"

void mean_add_row_u8(const void *layer, const struct row_view *rows, void *sums) {
    const struct mean_layer *const mean = layer;
    int32_t *sum_of = sums;
    const uint8_t *plane = rows[0].pixels;
    const uint32_t whole = mean->pixels & ~3u;
    for (uint32_t channel = 0u; channel < mean->channels; channel++) {
        uint32_t sum = (uint32_t)*sum_of;
        const uint8_t *pixel = plane;
        for (; pixel != plane + whole; pixel += 4) {
            sum = dsp_add_bytes(dsp_load_u32(pixel), sum);
        }
        for (; pixel != plane + mean->pixels; pixel++) {
            sum += *pixel;
        }
        *sum_of++ = (int32_t)sum;
        plane += rows[0].channel_stride;
    }
}

void mean_finish_s8(const void *layer, const int8_t *const *inputs, int8_t *means) {
    const struct mean_layer *const mean = layer;
    const int32_t *const sums = (const void *)inputs[0];
    for (uint32_t channel = 0u; channel < mean->channels; channel++) {
        const int32_t value =
            requantise_scale_s32(sums[channel] + mean->offset, mean->multiplier, mean->shift) +
            mean->zero_point;
        means[channel] = (int8_t)(value < -128 ? -128 : (value > 127 ? 127 : value));
    }
}
