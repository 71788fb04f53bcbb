/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D of a single plane, 3x3, stride 2, scaled taps: the portable twin. */
#include "network/kernels/convolution_scaled.h"

#if !DSP_ON_TARGET
/* `order` says where the four pixels of a word lie. */
static void convolve_row(const struct convolution_scaled_layer *layer, const int16_t *columns,
                         uint8_t *planes, uint32_t first_output, const uint8_t order[4]) {
    for (uint32_t i = 0u; i < layer->outputs; i++) {
        const struct scaled_3x3 *channel = &layer->parameters[first_output + i];
        for (uint32_t pixel = 0u; pixel < layer->pixels; pixel++) {
            int32_t sum = channel->start;
            for (uint32_t row = 0u; row < 3u; row++) {
                const int16_t *step = columns + 6u * pixel + 2u * row;
                sum += scaled_3x3_tap(channel, row, 0u) * step[0];
                sum += scaled_3x3_tap(channel, row, 1u) * step[1];
                sum += scaled_3x3_tap(channel, row, 2u) * step[6];
            }
            planes[(pixel & ~3u) + order[pixel & 3u]] = (uint8_t)scaled_3x3_output(channel, sum);
        }
        planes += layer->channel_stride;
    }
}

void convolution_scaled_s2_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                                  uint32_t first_output) {
    convolve_row(layer, columns, planes, first_output, (const uint8_t[]){0u, 1u, 2u, 3u});
}

void convolution_scaled_s2_swapped_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                                          uint32_t first_output) {
    convolve_row(layer, columns, planes, first_output, (const uint8_t[]){0u, 2u, 1u, 3u});
}
#endif
