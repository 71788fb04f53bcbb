/* SPDX-License-Identifier: Apache-2.0 */
/* The portable twin of both kernels in depthwise_scaled.h. */
#ifndef NETWORK_KERNELS_DEPTHWISE_SCALED_TWIN_H
#define NETWORK_KERNELS_DEPTHWISE_SCALED_TWIN_H

#include "network/kernels/columns.h"
#include "network/kernels/depthwise_scaled.h"

/* Pixel x of a swapped plane. */
static inline uint32_t swapped_pixel(const uint8_t *plane, uint32_t x) {
    static const uint8_t place_in_word[4] = {0u, 2u, 1u, 3u};
    return plane[(x & ~3u) + place_in_word[x & 3u]];
}

/* The window of an output begins `left` pixels before stride * output. */
static inline void depthwise_scaled_row(const struct depthwise_scaled_layer *layer,
                                        const struct row_view *rows, int16_t *columns,
                                        uint32_t first_channel, uint32_t stride, int32_t left) {
    const int32_t width_in = (int32_t)(layer->width_out * stride);
    for (uint32_t i = 0u; i < layer->channels; i++) {
        const struct scaled_3x3 *channel = &layer->parameters[first_channel + i];
        for (uint32_t pixel = 0u; pixel < layer->width_out; pixel++) {
            int32_t sum = channel->start;
            for (uint32_t row = 0u; row < 3u; row++) {
                const uint8_t *plane = rows[row].pixels + i * rows[row].channel_stride;
                for (uint32_t tap = 0u; tap < 3u; tap++) {
                    const int32_t x = (int32_t)(pixel * stride + tap) - left;
                    if (!row_is_border(&rows[row]) && x >= 0 && x < width_in) {
                        sum += scaled_3x3_tap(channel, row, tap) *
                               (int32_t)swapped_pixel(plane, (uint32_t)x);
                    }
                }
            }
            int16_t *column = column_of(columns, layer->inputs, pixel);
            *column_input(column, first_channel + i) =
                (int16_t)(2 * scaled_3x3_output(channel, sum));
        }
    }
}

#endif
