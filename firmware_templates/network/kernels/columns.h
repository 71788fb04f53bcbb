/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row laid out for the matrix product: blocks of four pixels, one behind the other. A block begins
 * with four int32 that are the product's own (COLUMN_SUMS); then come pairs of inputs k, k+1, of
 * each pair (p0 k, p0 k+1, p1 k, p1 k+1, ... p3 k+1), as int16, doubled (2 * u8). The doubling
 * makes the accumulators twice the reference's, as the requantisation wants them.
 */
#ifndef NETWORK_KERNELS_COLUMNS_H
#define NETWORK_KERNELS_COLUMNS_H

#include <stdint.h>

#define COLUMN_SUMS 8u /* int16 at the head of a block */

/* int16 values from one block to the next; `inputs` is even. */
static inline uint32_t column_block(uint32_t inputs) {
    return COLUMN_SUMS + 4u * inputs;
}

/* Input 0 of a pixel. */
static inline int16_t *column_of(int16_t *columns, uint32_t inputs, uint32_t pixel) {
    return columns + (pixel / 4u) * column_block(inputs) + COLUMN_SUMS + (pixel % 4u) * 2u;
}

/* Input k of a pixel whose input 0 is at `column`. */
static inline int16_t *column_input(int16_t *column, uint32_t k) {
    return column + (k / 2u) * 8u + k % 2u;
}

#endif
