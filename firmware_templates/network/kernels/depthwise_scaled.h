/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DEPTHWISE_CONV_2D, 3x3, with scaled taps (scaled_3x3.h): border pixels are 0, outputs clamp to
 * 0..255 at 0, pixels are swapped (row_view.h). depthwise_scaled_*.S are for the target,
 * depthwise_scaled_*.c their portable twins.
 */
#ifndef NETWORK_KERNELS_DEPTHWISE_SCALED_H
#define NETWORK_KERNELS_DEPTHWISE_SCALED_H

#include "network/kernels/row_view.h"
#include "network/kernels/scaled_3x3.h"

/* The kernels in assembly know this layout. */
struct depthwise_scaled_layer {
    uint32_t channels;  /* of one call */
    uint32_t inputs;    /* of a column: all channels, rounded up to even */
    uint32_t width_out; /* a multiple of four */
    const struct scaled_3x3 *parameters;
};

/*
 * Three rows -> columns; `layer` is a struct depthwise_scaled_layer. The rows begin with channel
 * `first_channel`, an even number. Stride 1 has a border pixel left and right, stride 2 only right.
 */
void depthwise_scaled_s1_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                                uint32_t first_channel);
void depthwise_scaled_s2_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                                uint32_t first_channel);

#endif
