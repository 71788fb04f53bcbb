/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/im2col_dilated.h"

#include "network/kernels/columns.h"

static void gather_pixel(const struct dilated_window *dilated, const struct row_view *rows,
                         int32_t first, int16_t *column) {
    const struct conv_window *window = &dilated->window;
    uint32_t k = 0u;
    for (uint32_t tap_row = 0u; tap_row < window->rows; tap_row++) {
        const struct row_view *row = &rows[tap_row * dilated->row_step];
        for (uint32_t tap = 0u; tap < window->columns; tap++) {
            const int32_t x = first + (int32_t)(tap * dilated->column_step);
            const int inside = x >= 0 && x < (int32_t)window->width_in;
            const uint8_t *value = row->pixels + (inside ? x : 0);
            for (uint32_t channel = 0u; channel < window->channels; channel++, k++) {
                const uint32_t u8 = inside ? *value : window->border;
                *column_input(column, k) = (int16_t)(2u * u8);
                value += row->channel_stride;
            }
        }
    }
}

void im2col_dilated_gather_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                                  uint32_t first_channel) {
    const struct dilated_window *const dilated = layer;
    const struct conv_window *window = &dilated->window;
    (void)first_channel; /* always all channels */
    for (uint32_t pixel = 0u; pixel < window->width_out; pixel++) {
        const int32_t first = (int32_t)(pixel * window->stride) - (int32_t)window->left;
        gather_pixel(dilated, rows, first, column_of(columns, window->inputs, pixel));
    }
}
