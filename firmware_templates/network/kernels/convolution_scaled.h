/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CONV_2D of a single plane, 3x3, stride 2, with scaled taps (scaled_3x3.h): a patch's first layer,
 * as a rule. Any border value; outputs clamp to 0..255 at 0.
 *
 * Its columns are no im2col: for each step of two pixels along the row three words, the pixels
 * (x, x + 1) of rows A, B and C of the window. Output p takes all of step p and the lower halves of
 * step p + 1, of which there is one more than outputs.
 */
#ifndef NETWORK_KERNELS_CONVOLUTION_SCALED_H
#define NETWORK_KERNELS_CONVOLUTION_SCALED_H

#include "network/kernels/row_view.h"
#include "network/kernels/scaled_3x3.h"

struct interleave_layer {
    uint32_t left;      /* border pixels left of the row, 0 or 1 */
    uint32_t width_in;  /* pixels */
    uint32_t width_out; /* outputs */
    uint32_t border;    /* value of a border pixel */
};

/* Three rows of one plane -> columns; `layer` is a struct interleave_layer. */
void interleave_rows_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                        uint32_t first_channel);

/* The kernels in assembly know this layout. */
struct convolution_scaled_layer {
    uint32_t outputs;        /* of one call */
    uint32_t pixels;         /* a multiple of four */
    uint32_t channel_stride; /* of the output row's planes: pixels */
    const struct scaled_3x3 *parameters;
};

/*
 * columns -> planes; `layer` is a struct convolution_scaled_layer. convolution_scaled_s2.S is for
 * the target, convolution_scaled_s2.c its portable twin. "swapped": the planes' pixels as 0 2 1 3.
 */
void convolution_scaled_s2_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                                  uint32_t first_output);
void convolution_scaled_s2_swapped_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                                          uint32_t first_output);

#endif
