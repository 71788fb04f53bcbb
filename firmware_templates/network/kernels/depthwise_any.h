/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D with any window, any dilation, any border and any clamp. */
#ifndef NETWORK_KERNELS_DEPTHWISE_ANY_H
#define NETWORK_KERNELS_DEPTHWISE_ANY_H

#include "network/kernels/dilated_window.h"
#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct depthwise_any_layer {
    struct dilated_window dilated;
    uint32_t multiplier; /* outputs for each input channel; 1 where a call makes only a part */
    uint32_t outputs;    /* of one call */
    const int8_t *taps;  /* [output channel][window row][window column] */
    const struct requantise *requantise;
    struct output_range range;
};

/* The rows of the stage's window -> columns; `layer` is a struct depthwise_any_layer. */
void depthwise_any_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                          uint32_t first_channel);

#endif
