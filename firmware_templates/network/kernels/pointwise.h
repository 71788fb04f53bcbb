/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix product over a row's pixels, without its requantisation: four pixels by two outputs.
 */
#ifndef NETWORK_KERNELS_POINTWISE_H
#define NETWORK_KERNELS_POINTWISE_H

#include "network/kernels/requantise.h"

/* Doubled accumulators of four pixels, for the first (a) and the second (b) output of a pair. */
struct pointwise_block {
    int32_t a0, a1, a2, a3;
    int32_t b0, b1, b2, b3;
};

/* One step: two inputs of four pixels, two outputs. */
#define POINTWISE_STEP()                                                                           \
    do {                                                                                           \
        const uint32_t packed = dsp_load_u32(weight++);                                            \
        const uint32_t w0 = dsp_sxtb16_even(packed), w1 = dsp_sxtb16_odd(packed);                  \
        const uint32_t x0 = dsp_load_u32(column), x1 = dsp_load_u32(column + 2);                   \
        a0 = dsp_smlad(w0, x0, a0);                                                                \
        b0 = dsp_smlad(w1, x0, b0);                                                                \
        a1 = dsp_smlad(w0, x1, a1);                                                                \
        b1 = dsp_smlad(w1, x1, b1);                                                                \
        const uint32_t x2 = dsp_load_u32(column + 4), x3 = dsp_load_u32(column + 6);               \
        a2 = dsp_smlad(w0, x2, a2);                                                                \
        b2 = dsp_smlad(w1, x2, b2);                                                                \
        a3 = dsp_smlad(w0, x3, a3);                                                                \
        b3 = dsp_smlad(w1, x3, b3);                                                                \
        column += 8;                                                                               \
    } while (0)

DSP_INLINE struct pointwise_block pointwise_accumulate(const int16_t *column,
                                                       const uint32_t *weight, uint32_t inputs,
                                                       int32_t start_first, int32_t start_second) {
    int32_t a0 = start_first, a1 = start_first, a2 = start_first, a3 = start_first;
    int32_t b0 = start_second, b1 = start_second, b2 = start_second, b3 = start_second;
    const int16_t *const end = column + 4u * inputs;
    const int16_t *const end_of_eights = column + 4u * (inputs & ~15u);
    while (column != end_of_eights) {
        POINTWISE_STEP();
        POINTWISE_STEP();
        POINTWISE_STEP();
        POINTWISE_STEP();
        POINTWISE_STEP();
        POINTWISE_STEP();
        POINTWISE_STEP();
        POINTWISE_STEP();
    }
    while (column != end) {
        POINTWISE_STEP();
    }
    return (struct pointwise_block){a0, a1, a2, a3, b0, b1, b2, b3};
}

/* Four outputs, each within 0..255, as the bytes of a word. */
DSP_INLINE uint32_t pointwise_pack(int32_t y0, int32_t y1, int32_t y2, int32_t y3) {
    return (uint32_t)y0 | (uint32_t)y1 << 8 | (uint32_t)y2 << 16 | (uint32_t)y3 << 24;
}

#endif
