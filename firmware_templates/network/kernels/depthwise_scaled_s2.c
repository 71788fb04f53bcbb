/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D, 3x3, stride 2, scaled taps: the portable twin. */
#include "network/kernels/depthwise_scaled.h"

#if !DSP_ON_TARGET
#include "network/kernels/depthwise_scaled_twin.h"

void depthwise_scaled_s2_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                                uint32_t first_channel) {
    depthwise_scaled_row(layer, rows, columns, first_channel, 2u, 0);
}
#endif
