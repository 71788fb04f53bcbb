/* SPDX-License-Identifier: Apache-2.0 */
/* Columns back to planes. */
#include "network/kernels/kernels.h"

void columns_spread_row_u8(const int16_t *columns, uint32_t channels, uint32_t pixels,
                           uint32_t channel_stride, uint8_t *planes) {
    const uint32_t block = 4u * ((channels + 1u) & ~1u);
    for (uint32_t channel = 0; channel < channels; channel++) {
        const int16_t *column = columns + (channel / 2u) * 8u + channel % 2u;
        for (uint32_t pixel = 0; pixel < pixels; pixel++) {
            planes[pixel] = (uint8_t)(column[(pixel / 4u) * block + (pixel % 4u) * 2u] / 2);
        }
        planes += channel_stride;
    }
}
