/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN over time and bands: rows are summed as they come. */
#include "network/kernels/requantise.h"

void mean_add_row_u8(const struct mean *layer, struct row_view row, int32_t *sums) {
    const uint8_t *plane = row.pixels;
    for (uint32_t channel = 0; channel < layer->channels; channel++) {
        uint32_t sum = (uint32_t)sums[channel];
        uint32_t pixel = 0;
        for (; pixel + 4 <= layer->pixels; pixel += 4) {
            sum = dsp_add_bytes(dsp_load_u32(plane + pixel), sum);
        }
        for (; pixel < layer->pixels; pixel++) {
            sum += plane[pixel];
        }
        sums[channel] = (int32_t)sum;
        plane += row.channel_stride;
    }
}

void mean_finish_s8(const struct mean *layer, const int32_t *sums, int8_t *means) {
    for (uint32_t channel = 0; channel < layer->channels; channel++) {
        const int32_t mean =
            requantise_scale_s32(sums[channel] + layer->offset, layer->multiplier, layer->shift) +
            layer->zero_point;
        means[channel] = (int8_t)(mean < -128 ? -128 : (mean > 127 ? 127 : mean));
    }
}
