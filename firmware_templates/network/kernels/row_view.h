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
 *            Pixels 0 1 2 3 of a word are in that order, or, between a matrix product and a 3x3
 * filter that reads them alone, as 0 2 1 3 ("swapped"): UXTB16 then gives two neighbours. columns
 * for the matrix product: see columns.h.
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
