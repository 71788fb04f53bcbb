/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product, with any zero point and any clamp: the portable twin. */
#include "network/kernels/pointwise.h"

#if !DSP_ON_TARGET
#include "network/kernels/pointwise_block.h"

void pointwise_linear_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                             uint32_t first_output) {
    const struct pointwise_steps steps = {pointwise_accumulate, requantise_linear, false};
    pointwise_row(layer, columns, planes, first_output, steps);
}
#endif
