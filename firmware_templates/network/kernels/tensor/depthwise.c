/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/depthwise.h"

/* The products of one output channel's weights with the taps that are inside the input. */
static int32_t window_sum(const struct tensor_depthwise_layer *depthwise, const int8_t *input,
                          const int8_t *weights, const struct tensor_span *rows,
                          const struct tensor_span *columns) {
    const struct tensor_window *window = &depthwise->window;
    const uint32_t outputs = depthwise->inputs * depthwise->multiplier;
    int32_t sum = 0;
    for (uint32_t row = rows->begin; row < rows->end; row++) {
        const uint32_t y = tensor_window_place(window, 0u, rows, row);
        for (uint32_t column = columns->begin; column < columns->end; column++) {
            const uint32_t x = tensor_window_place(window, 1u, columns, column);
            const int32_t value = input[(y * window->input[1] + x) * depthwise->inputs];
            const int32_t weight = weights[(row * window->size[1] + column) * outputs];
            sum += weight * (value - depthwise->input_zero);
        }
    }
    return sum;
}

void tensor_depthwise_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_depthwise_layer *const depthwise = layer;
    const struct tensor_window *window = &depthwise->window;
    for (uint32_t y = 0u; y < window->output[0]; y++) {
        const struct tensor_span rows = tensor_window_span(window, 0u, y);
        for (uint32_t x = 0u; x < window->output[1]; x++) {
            const struct tensor_span columns = tensor_window_span(window, 1u, x);
            const int8_t *weights = depthwise->weights;
            const struct tensor_channel *channel = depthwise->channels;
            for (uint32_t input = 0u; input < depthwise->inputs; input++) {
                for (uint32_t k = 0u; k < depthwise->multiplier; k++, channel++, weights++) {
                    const int32_t sum =
                        window_sum(depthwise, inputs[0] + input, weights, &rows, &columns);
                    *output++ = tensor_requantise_s8(sum + channel->bias, &channel->scale,
                                                     &depthwise->range);
                }
            }
        }
    }
}
