/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix product over a row's pixels, without its requantisation: four pixels by two outputs.
 */
#ifndef NETWORK_KERNELS_POINTWISE_BLOCK_H
#define NETWORK_KERNELS_POINTWISE_BLOCK_H

#include "network/dsp_intrinsics.h"

/* Doubled accumulators of four pixels, for the first (a) and the second (b) output of a pair. */
struct pointwise_block {
    int32_t a0, a1, a2, a3;
    int32_t b0, b1, b2, b3;
};

/* One step: two inputs of four pixels, two outputs. */
DSP_INLINE struct pointwise_block pointwise_step(struct pointwise_block sums, const int16_t *column,
                                                 const uint32_t *weight) {
    const uint32_t packed = dsp_load_u32(weight);
    const uint32_t w0 = dsp_sxtb16_even(packed), w1 = dsp_sxtb16_odd(packed);
    const uint32_t x0 = dsp_load_u32(column), x1 = dsp_load_u32(column + 2);
    sums.a0 = dsp_smlad(w0, x0, sums.a0);
    sums.b0 = dsp_smlad(w1, x0, sums.b0);
    sums.a1 = dsp_smlad(w0, x1, sums.a1);
    sums.b1 = dsp_smlad(w1, x1, sums.b1);
    const uint32_t x2 = dsp_load_u32(column + 4), x3 = dsp_load_u32(column + 6);
    sums.a2 = dsp_smlad(w0, x2, sums.a2);
    sums.b2 = dsp_smlad(w1, x2, sums.b2);
    sums.a3 = dsp_smlad(w0, x3, sums.a3);
    sums.b3 = dsp_smlad(w1, x3, sums.b3);
    return sums;
}

DSP_INLINE struct pointwise_block pointwise_accumulate(const int16_t *column,
                                                       const uint32_t *weight, uint32_t inputs,
                                                       int32_t start_first, int32_t start_second) {
    struct pointwise_block sums = {start_first,  start_first,  start_first,  start_first,
                                   start_second, start_second, start_second, start_second};
    const int16_t *const end = column + 4u * inputs;
    const int16_t *const end_of_eights = column + 4u * (inputs & ~15u);
    while (column != end_of_eights) {
        sums = pointwise_step(sums, column, weight);
        sums = pointwise_step(sums, column + 8, weight + 1);
        sums = pointwise_step(sums, column + 16, weight + 2);
        sums = pointwise_step(sums, column + 24, weight + 3);
        sums = pointwise_step(sums, column + 32, weight + 4);
        sums = pointwise_step(sums, column + 40, weight + 5);
        sums = pointwise_step(sums, column + 48, weight + 6);
        sums = pointwise_step(sums, column + 56, weight + 7);
        column += 64;
        weight += 8;
    }
    while (column != end) {
        sums = pointwise_step(sums, column, weight);
        column += 8;
        weight += 1;
    }
    return sums;
}

/* Four outputs, each within 0..255, as the bytes of a word. */
DSP_INLINE uint32_t pointwise_pack(int32_t y0, int32_t y1, int32_t y2, int32_t y3) {
    return (uint32_t)y0 | (uint32_t)y1 << 8 | (uint32_t)y2 << 16 | (uint32_t)y3 << 24;
}

#endif
