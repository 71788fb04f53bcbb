/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product, with any zero point and any clamp. */
#include "network/kernels/pointwise.h"
#include "network/kernels/pointwise_block.h"

void pointwise_linear_row_u8(const void *layer, const int16_t *columns, uint8_t *planes) {
    const struct pointwise_layer *const product = layer;
    const uint32_t *weights = product->weights;
    const struct requantise *packed = product->requantise;
    for (uint32_t output = 0u; output < product->outputs; output += 2u) {
        const struct requantise_channel first = requantise_unpack(packed++);
        const struct requantise_channel second = requantise_unpack(packed++);
        const int16_t *column = columns;
        for (uint32_t pixel = 0u; pixel < product->pixels; pixel += 4u) {
            const struct pointwise_block block =
                pointwise_accumulate(column, weights, product->inputs, first.start, second.start);
            dsp_store_u32(planes + pixel,
                          pointwise_pack(requantise_linear(block.a0, &first, &product->range),
                                         requantise_linear(block.a1, &first, &product->range),
                                         requantise_linear(block.a2, &first, &product->range),
                                         requantise_linear(block.a3, &first, &product->range)));
            dsp_store_u32(planes + product->channel_stride + pixel,
                          pointwise_pack(requantise_linear(block.b0, &second, &product->range),
                                         requantise_linear(block.b1, &second, &product->range),
                                         requantise_linear(block.b2, &second, &product->range),
                                         requantise_linear(block.b3, &second, &product->range)));
            column += 4u * product->inputs;
        }
        weights += product->inputs / 2u;
        planes += 2u * product->channel_stride;
    }
}
