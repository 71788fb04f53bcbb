/* SPDX-License-Identifier: Apache-2.0 */
/* MAX_POOL_2D and AVERAGE_POOL_2D row by row. What is beyond a border does not count. */
#ifndef NETWORK_KERNELS_POOL_H
#define NETWORK_KERNELS_POOL_H

#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct pool_layer {
    uint32_t rows; /* of the window */
    uint32_t columns;
    uint32_t stride; /* along a row */
    uint32_t left;   /* border pixels left of the row */
    uint32_t width_in;
    uint32_t channels;
    uint32_t pixels;         /* of the output row */
    uint32_t channel_stride; /* of the output row's planes */
    struct output_range range;
};

/* The part of an output pixel's window that is within the row. */
struct pool_span {
    uint32_t begin;
    uint32_t end;
};

static inline struct pool_span pool_span_of(const struct pool_layer *pool, uint32_t pixel) {
    const uint32_t first = pixel * pool->stride, left = pool->left;
    const uint32_t end = first + pool->columns, most = left + pool->width_in;
    struct pool_span span;
    span.begin = first > left ? first - left : 0u;
    span.end = (end < most ? end : most) - left;
    return span;
}

/* planes -> planes; `layer` is a struct pool_layer, `rows` those of the window. */
void max_pool_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);
void average_pool_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
