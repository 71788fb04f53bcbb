/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product with a byte for each weight, whatever its sums: see pointwise.h. */
#include "network/kernels/pointwise.h"

/* Four pixels by two outputs. */
static inline void accumulate(const int16_t *column, const uint32_t *weight, uint32_t inputs,
                              int32_t a[4], int32_t b[4]) {
    for (uint32_t k = 0u; k < inputs; k += 2u) {
        const uint32_t bytes = *weight++;
        const uint32_t weights_a = dsp_sxtb16_even(bytes), weights_b = dsp_sxtb16_odd(bytes);
        for (uint32_t i = 0u; i < 4u; i++) {
            const uint32_t x = dsp_load_u32(column + 2u * i);
            a[i] = dsp_smlad(weights_a, x, a[i]);
            b[i] = dsp_smlad(weights_b, x, b[i]);
        }
        column += 8;
    }
}

void pointwise_plain_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                            uint32_t first_output) {
    const struct pointwise_layer *const product = layer;
    const uint32_t *weights = product->weights + first_output * product->inputs / 4u;
    const struct requantise *packed = product->requantise + first_output;
    for (uint32_t output = 0u; output < product->outputs; output += 2u) {
        const struct requantise_channel a = requantise_unpack(packed++);
        const struct requantise_channel b = requantise_unpack(packed++);
        const int16_t *column = columns;
        for (uint32_t pixel = 0u; pixel < product->pixels; pixel += 4u) {
            int32_t sums_a[4] = {a.start, a.start, a.start, a.start};
            int32_t sums_b[4] = {b.start, b.start, b.start, b.start};
            accumulate(column, weights, product->inputs, sums_a, sums_b);
            for (uint32_t i = 0u; i < 4u; i++) {
                uint8_t *place = planes + pixel + i;
                place[0] = (uint8_t)requantise_linear(sums_a[i], &a, &product->range);
                place[product->channel_stride] =
                    (uint8_t)requantise_linear(sums_b[i], &b, &product->range);
            }
            column += 4u * product->inputs;
        }
        weights += product->inputs / 2u;
        planes += 2u * product->channel_stride;
    }
}
