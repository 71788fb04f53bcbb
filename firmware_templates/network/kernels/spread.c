/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/spread.h"

#include "network/kernels/columns.h"

void spread_columns_row_u8(const void *layer, int16_t *columns, uint8_t *planes,
                           uint32_t first_channel) {
    const struct spread_layer *const spread = layer;
    const uint32_t inputs = (spread->channels + 1u) & ~1u; /* of the columns */
    (void)first_channel;                                   /* always all channels */
    for (uint32_t channel = 0u; channel < spread->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < spread->pixels; pixel++) {
            planes[pixel] =
                (uint8_t)(*column_input(column_of(columns, inputs, pixel), channel) / 2);
        }
        planes += spread->channel_stride;
    }
}
