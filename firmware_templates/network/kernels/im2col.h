/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D, first half: the columns that the matrix product of a row of outputs needs. */
#ifndef NETWORK_KERNELS_IM2COL_H
#define NETWORK_KERNELS_IM2COL_H

#include "network/kernels/conv_window.h"
#include "network/kernels/row_view.h"

/* window->rows rows -> columns; `layer` is a struct conv_window. */
void im2col_gather_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                          uint32_t first_channel);

#endif
