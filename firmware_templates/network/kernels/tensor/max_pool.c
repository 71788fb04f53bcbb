/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/pool.h"

/* The largest of the taps that are inside the input; the window always has one. */
static int32_t window_maximum(const struct tensor_pool_layer *pool, const int8_t *input,
                              const struct tensor_span *rows, const struct tensor_span *columns) {
    const struct tensor_window *window = &pool->window;
    int32_t largest = INT8_MIN;
    for (uint32_t row = rows->begin; row < rows->end; row++) {
        const uint32_t y = tensor_window_place(window, 0u, rows, row);
        const uint32_t x = tensor_window_place(window, 1u, columns, columns->begin);
        const int8_t *value = input + (y * window->input[1] + x) * pool->channels;
        for (uint32_t column = columns->begin; column < columns->end; column++) {
            largest = *value > largest ? *value : largest;
            value += pool->channels;
        }
    }
    return largest;
}

void tensor_max_pool_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_pool_layer *const pool = layer;
    const struct tensor_window *window = &pool->window;
    for (uint32_t y = 0u; y < window->output[0]; y++) {
        const struct tensor_span rows = tensor_window_span(window, 0u, y);
        for (uint32_t x = 0u; x < window->output[1]; x++) {
            const struct tensor_span columns = tensor_window_span(window, 1u, x);
            for (uint32_t channel = 0u; channel < pool->channels; channel++) {
                const int32_t largest = window_maximum(pool, inputs[0] + channel, &rows, &columns);
                *output++ = tensor_clamp_s8(largest, &pool->range);
            }
        }
    }
}
