/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product, with a RELU that clamps at the zero point: the portable twin. */
#include "network/kernels/pointwise.h"

#if !DSP_ON_TARGET
#include "network/kernels/pointwise_block.h"

/* The zero point is the lowest value, which USAT clamps at. */
DSP_INLINE int32_t requantise(int32_t doubled, const struct requantise_channel *channel,
                              const struct output_range *range) {
    (void)range;
    return requantise_relu(doubled, channel);
}

void pointwise_relu_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                           uint32_t first_output) {
    const struct pointwise_steps steps = {pointwise_accumulate, requantise, false};
    pointwise_row(layer, columns, planes, first_output, steps);
}

void pointwise_relu_swapped_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                                   uint32_t first_output) {
    const struct pointwise_steps steps = {pointwise_accumulate, requantise, true};
    pointwise_row(layer, columns, planes, first_output, steps);
}
#endif
