/* SPDX-License-Identifier: Apache-2.0 */
/* PRELU with a slope for all, or one for each channel, row by row. */
#ifndef NETWORK_KERNELS_PRELU_ROW_H
#define NETWORK_KERNELS_PRELU_ROW_H

#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct prelu_row_layer {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride; /* of the output row's planes */
    int32_t zero;            /* of the input, in u8 */
    const int32_t *slopes;   /* of each channel, without its zero point */
    int32_t multiplier;      /* of values of 0 or more */
    int32_t shift;
    int32_t negative_multiplier; /* of the product with the slope */
    int32_t negative_shift;
    struct output_range range;
};

/* planes -> planes; `layer` is a struct prelu_row_layer. */
void prelu_row_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
