/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONV_2D, second half: a matrix product over the pixels of a row.
 *
 * Two outputs share a 16-bit weight: h = (a + 128) + 256 b, where a and b are the int8 weights of
 * the first and the second. Any two fit, from -32768 to 32767. With inputs x of a pixel,
 *     S  = sum of h x           (SMLAD on h)
 *     B  = sum of b x           (SMLAD on the upper bytes of h: b exactly, since a + 128 >= 0)
 *     A  = S - 256 B - 128 X    with X = sum of x, once for a pixel,
 * all modulo 2^32; A and B themselves fit in 32 bits (the generator checks each channel). One word
 * of weights holds h for two inputs, so that four pixels by two outputs by two inputs are eight
 * SMLAD, two LDRD, one LDR and one SXTB16: 12 instructions for 16 products.
 *
 * pointwise_*.S are for the target, pointwise_*.c their portable twins.
 */
#ifndef NETWORK_KERNELS_POINTWISE_H
#define NETWORK_KERNELS_POINTWISE_H

#include "network/kernels/requantise.h"

/* The kernels in assembly know this layout: pointwise.S.h. */
struct pointwise_layer {
    uint32_t inputs;         /* even */
    uint32_t outputs;        /* of one call, even */
    uint32_t pixels;         /* a multiple of four */
    uint32_t channel_stride; /* of the output row's planes: pixels */
    const uint32_t *weights; /* halves (h k, h k+1) of outputs (n, n+1): k fastest, n by two */
    const struct requantise *requantise;
    struct output_range range;
};

/*
 * columns -> planes; `layer` is a struct pointwise_layer, `first_output` an even number: a call
 * makes the outputs of its layer from there on, and the first of a row (first_output 0) leaves
 * 128 X in the heads of the columns' blocks for the others. "relu": a RELU that clamps at the zero
 * point; "linear": any zero point and any clamp; "swapped": the planes' pixels as 0 2 1 3.
 */
void pointwise_relu_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                           uint32_t first_output);
void pointwise_relu_swapped_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                                   uint32_t first_output);
void pointwise_linear_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                             uint32_t first_output);

#endif
