/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product: lay the window of each output pixel out as a column. */
#include "network/kernels/kernels.h"

void im2col_gather_row_u8(const struct window *window, const struct row_view *rows,
                          int16_t *columns) {
    const uint32_t block = 4u * window->inputs;
    for (uint32_t pixel = 0; pixel < window->width_out; pixel++) {
        int16_t *column = columns + (pixel / 4u) * block + (pixel % 4u) * 2u;
        const int32_t first = (int32_t)(pixel * window->stride) - (int32_t)window->left;
        uint32_t k = 0;
        for (uint32_t row = 0; row < window->rows; row++) {
            for (uint32_t offset = 0; offset < window->columns; offset++) {
                const int32_t x = first + (int32_t)offset;
                const int inside = x >= 0 && x < (int32_t)window->width_in;
                const uint8_t *value = rows[row].pixels + (inside ? x : 0);
                for (uint32_t channel = 0; channel < window->channels; channel++, k++) {
                    const uint32_t u8 = inside ? *value : window->border;
                    column[(k / 2u) * 8u + k % 2u] = (int16_t)(2u * u8);
                    value += rows[row].channel_stride;
                }
            }
        }
    }
}
