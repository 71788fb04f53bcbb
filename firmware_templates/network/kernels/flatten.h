/* SPDX-License-Identifier: Apache-2.0 */
/* RESHAPE of rows to a vector, as Flatten does: the stream ends, the tail needs all of it. */
#ifndef NETWORK_KERNELS_FLATTEN_H
#define NETWORK_KERNELS_FLATTEN_H

#include "network/kernels/row_view.h"

struct flatten_layer {
    uint32_t channels;
    uint32_t pixels;
};

/* planes -> int8 values, channel fastest; `layer` is a struct flatten_layer. */
void flatten_collect_row_s8(const void *layer, const struct row_view *rows, void *values);

#endif
