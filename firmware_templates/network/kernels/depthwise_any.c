/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D with any window, stride, border and clamp: the plain way. */
#include "network/kernels/requantise.h"

void depthwise_any_row_u8(const struct depthwise *layer, const struct row_view *rows,
                          int16_t *columns) {
    const struct window *window = &layer->window;
    const uint32_t outputs = window->channels * layer->multiplier;
    const uint32_t block = 4u * ((outputs + 1u) & ~1u);
    const int8_t *taps = layer->taps;
    for (uint32_t output = 0; output < outputs; output++) {
        const struct requantise_channel requantise = requantise_unpack(&layer->requantise[output]);
        const uint32_t channel = output / layer->multiplier;
        int16_t *column = columns + (output / 2u) * 8u + output % 2u;
        for (uint32_t pixel = 0; pixel < window->width_out; pixel++) {
            const int32_t first = (int32_t)(pixel * window->stride) - (int32_t)window->left;
            const int8_t *tap = taps;
            int32_t sum = 0;
            for (uint32_t row = 0; row < window->rows; row++) {
                const uint8_t *plane = rows[row].pixels + channel * rows[row].channel_stride;
                for (uint32_t offset = 0; offset < window->columns; offset++) {
                    const int32_t x = first + (int32_t)offset;
                    const int inside = x >= 0 && x < (int32_t)window->width_in;
                    sum += *tap++ * (int32_t)(inside ? plane[x] : window->border);
                }
            }
            const int32_t value =
                requantise_linear(requantise.start + 2 * sum, &requantise, &layer->range);
            column[(pixel / 4u) * block + (pixel % 4u) * 2u] = (int16_t)(2 * value);
        }
        taps += window->rows * window->columns;
    }
}
