/* SPDX-License-Identifier: Apache-2.0 */
/* ADD, SUB and MUL of a row and a constant with one value for all, or one for each channel. */
#ifndef NETWORK_KERNELS_CONSTANT_H
#define NETWORK_KERNELS_CONSTANT_H

#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

struct constant_layer {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride;  /* of the output row's planes */
    int32_t zero;             /* of the input, in u8 */
    const int32_t *terms;     /* of each channel: what is added, or multiplied by */
    int32_t sign;             /* of the input in a sum: 1 or -1 */
    int32_t input_multiplier; /* of the input in a sum */
    int32_t input_shift;
    int32_t multiplier; /* of the sum or the product */
    int32_t shift;
    struct output_range range;
};

/* planes -> planes; `layer` is a struct constant_layer. */
void constant_add_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);
void constant_multiply_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
