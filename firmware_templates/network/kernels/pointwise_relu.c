/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product, with a RELU that clamps at the zero point. */
#include "network/kernels/pointwise.h"
#include "network/kernels/pointwise_block.h"

void pointwise_relu_row_u8(const void *layer, const int16_t *columns, uint8_t *planes) {
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
            dsp_store_u32(planes + pixel, pointwise_pack(requantise_relu(block.a0, &first),
                                                         requantise_relu(block.a1, &first),
                                                         requantise_relu(block.a2, &first),
                                                         requantise_relu(block.a3, &first)));
            dsp_store_u32(planes + product->channel_stride + pixel,
                          pointwise_pack(requantise_relu(block.b0, &second),
                                         requantise_relu(block.b1, &second),
                                         requantise_relu(block.b2, &second),
                                         requantise_relu(block.b3, &second)));
            column += 4u * product->inputs;
        }
        weights += product->inputs / 2u;
        planes += 2u * product->channel_stride;
    }
}
