/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row (one point in time) of a tensor, as the kernels read it.
 *
 * Inside the network a value is the .tflite's int8 plus 128: an unsigned byte, "u8" in names and
 * comments. After a RELU, whose zero point is -128, zero is the byte 0. Where a layer's zero point
 * is another one it has been folded into the biases, and border pixels get the zero point itself.
 *
 * Two layouts of a row:
 *   planes   one plane of `channel_stride` bytes for each channel; a plane holds the row's pixels
 *            (bands), padded to a multiple of four.
 *   columns  int16, doubled (2 * u8), for the matrix product: blocks of four pixels; in a block,
 *            pairs of inputs k, k+1; of each pair (p0 k, p0 k+1, p1 k, p1 k+1, ... p3 k+1).
 * The doubling makes the accumulators twice the reference's, as the requantisation wants them.
 */
#ifndef NETWORK_KERNELS_ROW_VIEW_H
#define NETWORK_KERNELS_ROW_VIEW_H

#include <stdint.h>

/* One row in planes; channel_stride 0 repeats one plane, as only the rows beyond a border do. */
struct row_view {
    const uint8_t *pixels;
    uint32_t channel_stride;
};

static inline int row_is_border(const struct row_view *row) {
    return row->channel_stride == 0u;
}

#endif
