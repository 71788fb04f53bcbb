/* SPDX-License-Identifier: Apache-2.0 */
/* ADD and SUB of two rows. */
#ifndef NETWORK_KERNELS_ADD_H
#define NETWORK_KERNELS_ADD_H

#include "network/kernels/requantise.h"
#include "network/kernels/row_view.h"

/* The kernel in assembly knows this layout. */
struct add_layer {
    uint32_t channels;
    uint32_t pixels;
    uint32_t channel_stride; /* of the output row's planes */
    int32_t sign;            /* of the second input: 1, or -1 for SUB */
    int32_t zeros[2];        /* of the inputs, in u8 */
    int32_t multipliers[2];
    int32_t shifts[2];
    int32_t multiplier;
    int32_t shift;
    struct output_range range;
};

/* planes + planes -> planes; `layer` is a struct add_layer, `rows` one row of each input, whose
 * planes lie as the output's. */
void add_combine_row_u8(const void *layer, const struct row_view *rows, void *planes);

#endif
