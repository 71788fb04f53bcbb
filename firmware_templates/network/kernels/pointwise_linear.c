/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product, with any zero point and any clamp. */
#include "network/kernels/pointwise.h"

void pointwise_linear_row_u8(const struct pointwise *layer, const int16_t *columns,
                             uint8_t *planes) {
    const uint32_t *weights = layer->weights;
    const struct requantise *packed = layer->requantise;
    for (uint32_t output = 0; output < layer->outputs; output += 2) {
        const struct requantise_channel first = requantise_unpack(packed++);
        const struct requantise_channel second = requantise_unpack(packed++);
        const int16_t *column = columns;
        for (uint32_t pixel = 0; pixel < layer->pixels; pixel += 4) {
            const struct pointwise_block block =
                pointwise_accumulate(column, weights, layer->inputs, first.start, second.start);
            dsp_store_u32(planes + pixel,
                          pointwise_pack(requantise_linear(block.a0, &first, &layer->range),
                                         requantise_linear(block.a1, &first, &layer->range),
                                         requantise_linear(block.a2, &first, &layer->range),
                                         requantise_linear(block.a3, &first, &layer->range)));
            dsp_store_u32(planes + layer->channel_stride + pixel,
                          pointwise_pack(requantise_linear(block.b0, &second, &layer->range),
                                         requantise_linear(block.b1, &second, &layer->range),
                                         requantise_linear(block.b2, &second, &layer->range),
                                         requantise_linear(block.b3, &second, &layer->range)));
            column += 4u * layer->inputs;
        }
        weights += layer->inputs / 2u;
        planes += 2u * layer->channel_stride;
    }
}
