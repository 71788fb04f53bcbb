/* SPDX-License-Identifier: Apache-2.0 */
/* The window of each output pixel is laid out as a column. */
#include "network/kernels/im2col.h"

#include "network/kernels/columns.h"

/* A window that is within the row. */
static void gather_inside(const struct conv_window *window, const struct row_view *rows,
                          uint32_t first, int16_t *column) {
    uint32_t k = 0u;
    for (uint32_t row = 0u; row < window->rows; row++) {
        const uint8_t *pixel = rows[row].pixels + first;
        for (uint32_t offset = 0u; offset < window->columns; offset++, pixel++) {
            const uint8_t *value = pixel;
            for (uint32_t channel = 0u; channel < window->channels; channel++, k++) {
                *column_input(column, k) = (int16_t)(2 * *value);
                value += rows[row].channel_stride;
            }
        }
    }
}

/* A window that reaches over the row's left or right border. */
static void gather_at_border(const struct conv_window *window, const struct row_view *rows,
                             int32_t first, int16_t *column) {
    uint32_t k = 0u;
    for (uint32_t row = 0u; row < window->rows; row++) {
        for (uint32_t offset = 0u; offset < window->columns; offset++) {
            const int32_t x = first + (int32_t)offset;
            const int inside = x >= 0 && x < (int32_t)window->width_in;
            const uint8_t *value = rows[row].pixels + (inside ? x : 0);
            for (uint32_t channel = 0u; channel < window->channels; channel++, k++) {
                const uint32_t u8 = inside ? *value : window->border;
                *column_input(column, k) = (int16_t)(2u * u8);
                value += rows[row].channel_stride;
            }
        }
    }
}

void im2col_gather_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                          uint32_t first_channel) {
    const struct conv_window *const window = layer;
    (void)first_channel; /* always all channels */
    for (uint32_t pixel = 0u; pixel < window->width_out; pixel++) {
        int16_t *column = column_of(columns, window->inputs, pixel);
        const int32_t first = (int32_t)(pixel * window->stride) - (int32_t)window->left;
        if (first >= 0 && first + (int32_t)window->columns <= (int32_t)window->width_in) {
            gather_inside(window, rows, (uint32_t)first, column);
        } else {
            gather_at_border(window, rows, first, column);
        }
    }
}
