/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix product over a row's pixels in portable C, without its requantisation: four pixels by
 * two outputs. pointwise.h says how two outputs share a weight.
 */
#ifndef NETWORK_KERNELS_POINTWISE_BLOCK_H
#define NETWORK_KERNELS_POINTWISE_BLOCK_H

#include "network/kernels/columns.h"
#include "network/kernels/pointwise.h"

/* Doubled accumulators of four pixels, for the first (a) and the second (b) output of a pair. */
struct pointwise_block {
    int32_t a[4];
    int32_t b[4];
};

#define POINTWISE_128 0x00800080u /* twice 128, as SMLAD's weights for 128 X */

/* 128 X of each pixel, into the heads of the blocks. */
static inline void pointwise_sum_inputs(const struct pointwise_layer *layer, int16_t *columns) {
    for (uint32_t pixel = 0u; pixel < layer->pixels; pixel += 4u) {
        int32_t sums[4] = {0, 0, 0, 0};
        const int16_t *column = columns + COLUMN_SUMS;
        for (uint32_t k = 0u; k < layer->inputs; k += 2u) {
            for (uint32_t i = 0u; i < 4u; i++) {
                sums[i] = dsp_smlad(dsp_load_u32(column + 2u * i), POINTWISE_128, sums[i]);
            }
            column += 8;
        }
        for (uint32_t i = 0u; i < 4u; i++) {
            dsp_store_u32(columns + 2u * i, (uint32_t)sums[i]);
        }
        columns += column_block(layer->inputs);
    }
}

/* One block; `starts` are the doubled biases. */
static inline struct pointwise_block pointwise_accumulate(const struct pointwise_layer *layer,
                                                          const int16_t *columns,
                                                          const uint32_t *weight, int32_t start_a,
                                                          int32_t start_b) {
    struct pointwise_block sums;
    for (uint32_t i = 0u; i < 4u; i++) {
        const uint32_t start = (uint32_t)start_a + ((uint32_t)start_b << 8);
        sums.a[i] = dsp_wrap(start - dsp_load_u32(columns + 2u * i));
        sums.b[i] = start_b;
    }
    const int16_t *column = columns + COLUMN_SUMS;
    for (uint32_t k = 0u; k < layer->inputs; k += 2u) {
        const uint32_t both = *weight++, b = dsp_sxtb16_odd(both);
        for (uint32_t i = 0u; i < 4u; i++) {
            const uint32_t x = dsp_load_u32(column + 2u * i);
            sums.a[i] = dsp_smlad(both, x, sums.a[i]);
            sums.b[i] = dsp_smlad(b, x, sums.b[i]);
        }
        column += 8;
    }
    for (uint32_t i = 0u; i < 4u; i++) {
        sums.a[i] = dsp_wrap((uint32_t)sums.a[i] - ((uint32_t)sums.b[i] << 8));
    }
    return sums;
}

#endif
