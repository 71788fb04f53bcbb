/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/spread.h"

void spread_columns_row_u8(const void *layer, const int16_t *columns, uint8_t *planes) {
    const struct spread_layer *const spread = layer;
    const uint32_t block = 4u * ((spread->channels + 1u) & ~1u);
    for (uint32_t channel = 0u; channel < spread->channels; channel++) {
        const int16_t *column = columns + (channel / 2u) * 8u + channel % 2u;
        for (uint32_t pixel = 0u; pixel < spread->pixels; pixel++) {
            planes[pixel] = (uint8_t)(column[(pixel / 4u) * block + (pixel % 4u) * 2u] / 2);
        }
        planes += spread->channel_stride;
    }
}
