/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/depthwise_any.h"

#include "network/kernels/columns.h"

void depthwise_any_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                          uint32_t first_channel) {
    const struct depthwise_any_layer *const depthwise = layer;
    const struct conv_window *window = &depthwise->dilated.window;
    const uint32_t row_step = depthwise->dilated.row_step;
    const uint32_t column_step = depthwise->dilated.column_step;
    const uint32_t inputs = (window->channels * depthwise->multiplier + 1u) & ~1u;
    const int8_t *taps = depthwise->taps + first_channel * window->rows * window->columns;
    for (uint32_t output = 0u; output < depthwise->outputs; output++) {
        const uint32_t made = first_channel + output;
        const struct requantise_channel requantise =
            requantise_unpack(&depthwise->requantise[made]);
        const uint32_t channel = output / depthwise->multiplier;
        for (uint32_t pixel = 0u; pixel < window->width_out; pixel++) {
            const int32_t first = (int32_t)(pixel * window->stride) - (int32_t)window->left;
            const int8_t *tap = taps;
            int32_t sum = 0;
            for (uint32_t tap_row = 0u; tap_row < window->rows; tap_row++) {
                const struct row_view *row = &rows[tap_row * row_step];
                const uint8_t *plane = row->pixels + channel * row->channel_stride;
                for (uint32_t column_tap = 0u; column_tap < window->columns; column_tap++) {
                    const int32_t x = first + (int32_t)(column_tap * column_step);
                    const int inside = x >= 0 && x < (int32_t)window->width_in;
                    sum += *tap++ * (int32_t)(inside ? plane[x] : window->border);
                }
            }
            const int32_t value =
                requantise_linear(requantise.start + 2 * sum, &requantise, &depthwise->range);
            *column_input(column_of(columns, inputs, pixel), made) = (int16_t)(2 * value);
        }
        taps += window->rows * window->columns;
    }
}
