/* SPDX-License-Identifier: Apache-2.0 */
/* As im2col.h, with dilation. */
#ifndef NETWORK_KERNELS_IM2COL_DILATED_H
#define NETWORK_KERNELS_IM2COL_DILATED_H

#include "network/kernels/dilated_window.h"
#include "network/kernels/row_view.h"

/* The stage's rows -> columns; `layer` is a struct dilated_window. */
void im2col_dilated_gather_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                                  uint32_t first_channel);

#endif
