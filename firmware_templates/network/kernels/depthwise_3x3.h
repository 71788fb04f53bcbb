/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D with a 3x3 window: border pixels are 0, outputs clamp to 0..255 at 0. */
#ifndef NETWORK_KERNELS_DEPTHWISE_3X3_H
#define NETWORK_KERNELS_DEPTHWISE_3X3_H

#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct depthwise_3x3_channel {
    uint32_t taps[3]; /* a word for each window row: see TAPS */
    struct requantise requantise;
};

/* The int8 taps of a window row as the bytes of a word: left, middle, right, 0. */
#define TAPS(left, middle, right)                                                                  \
    ((uint32_t)(uint8_t)(left) | (uint32_t)(uint8_t)(middle) << 8 |                                \
     (uint32_t)(uint8_t)(right) << 16)

struct depthwise_3x3_layer {
    uint32_t channels;  /* of one call */
    uint32_t inputs;    /* of a column: all channels, rounded up to even */
    uint32_t width_out; /* a multiple of four */
    const struct depthwise_3x3_channel *parameters;
};

/*
 * Three rows -> columns for the CONV_2D that follows; `layer` is a struct depthwise_3x3_layer.
 * Stride 1 has a border pixel left and right, stride 2 only right.
 */
void depthwise_3x3_s1_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                             uint32_t first_channel);
void depthwise_3x3_s2_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                             uint32_t first_channel);

#endif
