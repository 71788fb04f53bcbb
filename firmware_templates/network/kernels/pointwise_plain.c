/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D as a matrix product with a byte for each weight, whatever its sums: see pointwise.h. */
#include "network/kernels/pointwise_block.h"

DSP_INLINE void accumulate(const int16_t *column, const uint32_t *weight, uint32_t inputs,
                           struct pointwise_block *sums) {
    for (uint32_t k = 0u; k < inputs; k += 2u) {
        const uint32_t bytes = *weight++;
        const uint32_t weights_a = dsp_sxtb16_even(bytes), weights_b = dsp_sxtb16_odd(bytes);
        for (uint32_t i = 0u; i < 4u; i++) {
            const uint32_t x = dsp_load_u32(column + 2u * i);
            sums->a[i] = dsp_smlad(weights_a, x, sums->a[i]);
            sums->b[i] = dsp_smlad(weights_b, x, sums->b[i]);
        }
        column += 8;
    }
}

void pointwise_plain_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                            uint32_t first_output) {
    const struct pointwise_steps steps = {accumulate, requantise_linear, false};
    pointwise_row(layer, columns, planes, first_output, steps);
}
