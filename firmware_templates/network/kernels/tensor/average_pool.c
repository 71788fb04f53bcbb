/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/pool.h"

/* The sum of the taps that are inside the input. */
static int32_t window_sum(const struct tensor_pool_layer *pool, const int8_t *input,
                          const struct tensor_span *rows, const struct tensor_span *columns) {
    const struct tensor_window *window = &pool->window;
    int32_t sum = 0;
    for (uint32_t row = rows->begin; row < rows->end; row++) {
        const uint32_t y = tensor_window_place(window, 0u, rows, row);
        const uint32_t x = tensor_window_place(window, 1u, columns, columns->begin);
        const int8_t *value = input + (y * window->input[1] + x) * pool->channels;
        for (uint32_t column = columns->begin; column < columns->end; column++) {
            sum += *value;
            value += pool->channels;
        }
    }
    return sum;
}

void tensor_average_pool_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_pool_layer *const pool = layer;
    const struct tensor_window *window = &pool->window;
    for (uint32_t y = 0u; y < window->output[0]; y++) {
        const struct tensor_span rows = tensor_window_span(window, 0u, y);
        for (uint32_t x = 0u; x < window->output[1]; x++) {
            const struct tensor_span columns = tensor_window_span(window, 1u, x);
            /* A border pixel counts neither in the sum nor here. */
            const int32_t count =
                (int32_t)((rows.end - rows.begin) * (columns.end - columns.begin));
            for (uint32_t channel = 0u; channel < pool->channels; channel++) {
                const int32_t sum = window_sum(pool, inputs[0] + channel, &rows, &columns);
                const int32_t half = sum > 0 ? count / 2 : -(count / 2);
                *output++ = tensor_clamp_s8((sum + half) / count, &pool->range);
            }
        }
    }
}
