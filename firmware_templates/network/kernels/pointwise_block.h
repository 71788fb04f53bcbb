/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix product over a row's pixels in portable C, a block of four pixels by two outputs at a
 * time. pointwise.h says how two outputs share a weight.
 */
#ifndef NETWORK_KERNELS_POINTWISE_BLOCK_H
#define NETWORK_KERNELS_POINTWISE_BLOCK_H

#include <stdbool.h>

#include "network/kernels/pointwise.h"

/* Doubled accumulators of four pixels, for the first (a) and the second (b) output of a pair. */
struct pointwise_block {
    int32_t a[4];
    int32_t b[4];
};

/* What sets one kernel apart from another. */
struct pointwise_steps {
    /* Adds the products of one block to its doubled biases. */
    void (*accumulate)(const int16_t *column, const uint32_t *weight, uint32_t inputs,
                       struct pointwise_block *sums);
    int32_t (*requantise)(int32_t doubled, const struct requantise_channel *channel,
                          const struct output_range *range);
    bool swapped; /* the planes' pixels as 0 2 1 3 */
};

/* For weights h of two outputs. */
DSP_INLINE void pointwise_accumulate(const int16_t *column, const uint32_t *weight, uint32_t inputs,
                                     struct pointwise_block *sums) {
    for (uint32_t i = 0u; i < 4u; i++) {
        sums->b[i] = dsp_wrap((uint32_t)sums->a[i] + ((uint32_t)sums->b[i] << 8));
    }
    for (uint32_t k = 0u; k < inputs; k += 2u) {
        const uint32_t both = *weight++, a = dsp_sxtb16_even(both);
        for (uint32_t i = 0u; i < 4u; i++) {
            const uint32_t x = dsp_load_u32(column + 2u * i);
            sums->a[i] = dsp_smlad(a, x, sums->a[i]);
            sums->b[i] = dsp_smlad(both, x, sums->b[i]);
        }
        column += 8;
    }
    for (uint32_t i = 0u; i < 4u; i++) {
        sums->b[i] = dsp_asr(dsp_wrap((uint32_t)sums->b[i] - (uint32_t)sums->a[i]), 8u);
    }
}

/* columns -> planes: a kernel of pointwise.h with these steps. */
DSP_INLINE void pointwise_row(const void *layer, const int16_t *columns, uint8_t *planes,
                              uint32_t first_output, struct pointwise_steps steps) {
    const struct pointwise_layer *const product = layer;
    const uint32_t *weights = product->weights + first_output * product->inputs / 4u;
    const struct requantise *packed = product->requantise + first_output;
    for (uint32_t output = 0u; output < product->outputs; output += 2u) {
        const struct requantise_channel a = requantise_unpack(packed++);
        const struct requantise_channel b = requantise_unpack(packed++);
        const int16_t *column = columns;
        for (uint32_t pixel = 0u; pixel < product->pixels; pixel += 4u) {
            struct pointwise_block sums = {{a.start, a.start, a.start, a.start},
                                           {b.start, b.start, b.start, b.start}};
            steps.accumulate(column, weights, product->inputs, &sums);
            for (uint32_t i = 0u; i < 4u; i++) {
                uint8_t *place = planes + pixel + (steps.swapped ? i / 2u + i % 2u * 2u : i);
                place[0] = (uint8_t)steps.requantise(sums.a[i], &a, &product->range);
                place[product->channel_stride] =
                    (uint8_t)steps.requantise(sums.b[i], &b, &product->range);
            }
            column += 4u * product->inputs;
        }
        weights += product->inputs / 2u;
        planes += 2u * product->channel_stride;
    }
}

#endif
