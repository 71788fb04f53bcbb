/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row laid out for the matrix product: blocks of four pixels, one after the other. In a block
 * stand pairs of inputs k, k+1, of each pair (p0 k, p0 k+1, p1 k, p1 k+1, ... p3 k+1), as int16,
 * doubled (2 * u8). The doubling makes the accumulators twice the reference's, as the
 * requantisation wants them.
 */
#ifndef NETWORK_KERNELS_COLUMNS_H
#define NETWORK_KERNELS_COLUMNS_H

#include <stdint.h>

/* Input 0 of a pixel; `inputs` of a column are even. */
static inline int16_t *column_of(int16_t *columns, uint32_t inputs, uint32_t pixel) {
    return columns + (pixel / 4u) * 4u * inputs + (pixel % 4u) * 2u;
}

/* Input k of a pixel whose input 0 is at `column`. */
static inline int16_t *column_input(int16_t *column, uint32_t k) {
    return column + (k / 2u) * 8u + k % 2u;
}

#endif
