/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix product over a row's pixels in portable C, without its requantisation: four pixels by
 * two outputs. pointwise.h says how two outputs share a weight.
 */
#ifndef NETWORK_KERNELS_POINTWISE_BLOCK_H
#define NETWORK_KERNELS_POINTWISE_BLOCK_H

#include "network/kernels/pointwise.h"

/* Doubled accumulators of four pixels, for the first (a) and the second (b) output of a pair. */
struct pointwise_block {
    int32_t a[4];
    int32_t b[4];
};

/* One block; `start_a` and `start_b` are the doubled biases. */
static inline struct pointwise_block pointwise_accumulate(const int16_t *column,
                                                          const uint32_t *weight, uint32_t inputs,
                                                          int32_t start_a, int32_t start_b) {
    struct pointwise_block sums;
    const int32_t start = dsp_wrap((uint32_t)start_a + ((uint32_t)start_b << 8));
    for (uint32_t i = 0u; i < 4u; i++) {
        sums.a[i] = start_a;
        sums.b[i] = start;
    }
    for (uint32_t k = 0u; k < inputs; k += 2u) {
        const uint32_t both = *weight++, a = dsp_sxtb16_even(both);
        for (uint32_t i = 0u; i < 4u; i++) {
            const uint32_t x = dsp_load_u32(column + 2u * i);
            sums.a[i] = dsp_smlad(a, x, sums.a[i]);
            sums.b[i] = dsp_smlad(both, x, sums.b[i]);
        }
        column += 8;
    }
    for (uint32_t i = 0u; i < 4u; i++) {
        sums.b[i] = dsp_asr(dsp_wrap((uint32_t)sums.b[i] - (uint32_t)sums.a[i]), 8u);
    }
    return sums;
}

#endif
