/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONV_2D, second half: a matrix product over the pixels of a row.
 *
 * Two outputs share a 16-bit weight: h = a + 256 b, where a and b are the int8 weights of the first
 * and the second. With inputs x of a pixel,
 *     S = sum of h x       (SMLAD on h)
 *     A = sum of a x       (SMLAD on the lower bytes of h, sign-extended: a exactly)
 *     256 B = S - A        with B = sum of b x,
 * all modulo 2^32. One word of weights holds h for two inputs, so that four pixels by two outputs
 * by two inputs are eight SMLAD, two LDRD, one LDR and one SXTB16: 12 instructions for 16 products.
 *
 * It is exact where h fits in 16 bits (b = -128 with a < 0 does not) and 256 times the doubled
 * accumulator of b fits in 32. The generator checks each pair; a layer with one that does not fit
 * has its weights as bytes and takes pointwise_plain.c.
 *
 * pointwise_relu.S and pointwise_linear.S are for the target, the .c of those names their portable
 * twins.
 */
#ifndef NETWORK_KERNELS_POINTWISE_H
#define NETWORK_KERNELS_POINTWISE_H

#include "network/kernels/requantise.h"

/* The kernels in assembly know this layout (pointwise_macros.inc). */
struct pointwise_layer {
    uint32_t inputs;         /* even */
    uint32_t outputs;        /* of one call, even */
    uint32_t pixels;         /* a multiple of four */
    uint32_t channel_stride; /* of the output row's planes: pixels */
    /* Halves (h k, h k+1) of outputs (n, n+1), k fastest, n by two; for pointwise_plain bytes
     * (n k, n+1 k, n k+1, n+1 k+1) in that order. */
    const uint32_t *weights;
    const struct requantise *requantise;
    struct output_range range;
};

/*
 * columns -> planes; `layer` is a struct pointwise_layer, `first_output` an even number: a call
 * makes the outputs of its layer from there on. "relu": a RELU that clamps at the zero point;
 * "linear" and "plain": any zero point and any clamp; "swapped": the planes' pixels as 0 2 1 3.
 */
void pointwise_relu_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                           uint32_t first_output);
void pointwise_relu_swapped_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                                   uint32_t first_output);
void pointwise_linear_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                             uint32_t first_output);
void pointwise_plain_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                            uint32_t first_output);

#endif
