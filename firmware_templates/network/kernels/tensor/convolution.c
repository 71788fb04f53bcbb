/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/convolution.h"

/* The products of one output channel's weights with the taps that are inside the input. */
static int32_t window_sum(const struct tensor_convolution_layer *convolution, const int8_t *input,
                          const int8_t *weights, const struct tensor_span *rows,
                          const struct tensor_span *columns) {
    const struct tensor_window *window = &convolution->window;
    const uint32_t depth = convolution->group_inputs;
    const uint32_t pixel_bytes = depth * convolution->groups;
    const int32_t zero = convolution->input_zero;
    int32_t sum = 0;
    for (uint32_t row = rows->begin; row < rows->end; row++) {
        const uint32_t y = tensor_window_place(window, 0u, rows, row);
        for (uint32_t column = columns->begin; column < columns->end; column++) {
            const uint32_t x = tensor_window_place(window, 1u, columns, column);
            const int8_t *values = input + (y * window->input[1] + x) * pixel_bytes;
            const int8_t *weight = weights + (row * window->size[1] + column) * depth;
            for (uint32_t k = 0u; k < depth; k++) {
                sum += weight[k] * (values[k] - zero);
            }
        }
    }
    return sum;
}

void tensor_convolution_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_convolution_layer *const convolution = layer;
    const struct tensor_window *window = &convolution->window;
    const uint32_t channel_bytes = window->size[0] * window->size[1] * convolution->group_inputs;
    for (uint32_t y = 0u; y < window->output[0]; y++) {
        const struct tensor_span rows = tensor_window_span(window, 0u, y);
        for (uint32_t x = 0u; x < window->output[1]; x++) {
            const struct tensor_span columns = tensor_window_span(window, 1u, x);
            const int8_t *weights = convolution->weights;
            const struct tensor_channel *channel = convolution->channels;
            for (uint32_t group = 0u; group < convolution->groups; group++) {
                const int8_t *input = inputs[0] + group * convolution->group_inputs;
                for (uint32_t k = 0u; k < convolution->group_outputs; k++, channel++) {
                    const int32_t sum = window_sum(convolution, input, weights, &rows, &columns);
                    *output++ = tensor_requantise_s8(sum + channel->bias, &channel->scale,
                                                     &convolution->range);
                    weights += channel_bytes;
                }
            }
        }
    }
}
