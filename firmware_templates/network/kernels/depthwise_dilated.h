/* SPDX-License-Identifier: Apache-2.0 */
/* As depthwise_any.h, with dilation. */
#ifndef NETWORK_KERNELS_DEPTHWISE_DILATED_H
#define NETWORK_KERNELS_DEPTHWISE_DILATED_H

#include "network/kernels/dilated_window.h"
#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct depthwise_dilated_layer {
    struct dilated_window dilated;
    uint32_t multiplier; /* outputs for each input channel */
    const int8_t *taps;  /* [output channel][window row][window column] */
    const struct requantise *requantise;
    struct output_range range;
};

/* The stage's rows -> columns; `layer` is a struct depthwise_dilated_layer. */
void depthwise_dilated_row_u8(const void *layer, const struct row_view *rows, int16_t *columns);

#endif
