/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D, second half: a matrix product over the pixels of a row. */
#ifndef NETWORK_KERNELS_POINTWISE_H
#define NETWORK_KERNELS_POINTWISE_H

#include "network/kernels/requantise.h"

struct pointwise_layer {
    uint32_t inputs;         /* even */
    uint32_t outputs;        /* even */
    uint32_t pixels;         /* a multiple of four */
    uint32_t channel_stride; /* of the output row's planes */
    const uint32_t *weights; /* words of bytes (n k, n+1 k, n k+1, n+1 k+1): k fastest, n by two */
    const struct requantise *requantise;
    struct output_range range;
};

/*
 * columns -> planes; `layer` is a struct pointwise_layer. The first has a RELU that clamps at the
 * zero point, the second any zero point and any clamp.
 */
void pointwise_relu_row_u8(const void *layer, const int16_t *columns, uint8_t *planes);
void pointwise_linear_row_u8(const void *layer, const int16_t *columns, uint8_t *planes);

#endif
