/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product, with any zero point and any clamp: the portable twin. */
#include "network/kernels/pointwise.h"

#if !DSP_ON_TARGET
#include "network/kernels/pointwise_block.h"

void pointwise_linear_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                             uint32_t first_output) {
    const struct pointwise_layer *const product = layer;
    const uint32_t *weights = product->weights + first_output * product->inputs / 4u;
    const struct requantise *packed = product->requantise + first_output;
    for (uint32_t output = 0u; output < product->outputs; output += 2u) {
        const struct requantise_channel a = requantise_unpack(packed++);
        const struct requantise_channel b = requantise_unpack(packed++);
        const int16_t *column = columns;
        for (uint32_t pixel = 0u; pixel < product->pixels; pixel += 4u) {
            const struct pointwise_block block =
                pointwise_accumulate(column, weights, product->inputs, a.start, b.start);
            for (uint32_t i = 0u; i < 4u; i++) {
                uint8_t *place = planes + pixel + i;
                place[0] = (uint8_t)requantise_linear(block.a[i], &a, &product->range);
                place[product->channel_stride] =
                    (uint8_t)requantise_linear(block.b[i], &b, &product->range);
            }
            column += 4u * product->inputs;
        }
        weights += product->inputs / 2u;
        planes += 2u * product->channel_stride;
    }
}
#endif
