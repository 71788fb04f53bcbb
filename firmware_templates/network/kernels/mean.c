/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/mean.h"

#include "network/kernels/requantise.h"

/* sum + the pixels of a plane. */
static inline uint32_t add_plane(const uint8_t *plane, uint32_t pixels, uint32_t sum) {
    const uint8_t *const end = plane + pixels;
    while (plane != end) {
        sum += *plane++;
    }
    return sum;
}

/* The same, eight pixels at a time. */
static inline uint32_t add_eights(const uint8_t *plane, uint32_t pixels, uint32_t sum) {
    const uint8_t *const end = plane + pixels;
    do {
        sum = dsp_add_bytes(dsp_load_u32(plane), sum);
        sum = dsp_add_bytes(dsp_load_u32(plane + 4), sum);
        plane += 8;
    } while (plane != end);
    return sum;
}

void mean_add_row_u8(const void *layer, const struct row_view *rows, void *sums) {
    const struct mean_layer *const mean = layer;
    const uint32_t pixels = mean->pixels, stride = rows[0].channel_stride;
    const uint8_t *plane = rows[0].pixels;
    uint32_t *sum = sums;
    for (uint32_t *const end = sum + mean->channels; sum != end; sum++) {
        *sum = pixels % 8u ? add_plane(plane, pixels, *sum) : add_eights(plane, pixels, *sum);
        plane += stride;
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
