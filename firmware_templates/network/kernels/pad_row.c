/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/pad_row.h"

void pad_row_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct pad_row_layer *const pad = layer;
    uint8_t *target = planes;
    for (uint32_t i = 0u; i < pad->row_bytes; i++) {
        target[i] = (uint8_t)pad->padding;
    }
    if (row_is_border(&rows[0])) {
        return;
    }
    const uint8_t *source = rows[0].pixels;
    target += pad->first_channel * pad->channel_stride + pad->left;
    for (uint32_t channel = 0u; channel < pad->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < pad->pixels; pixel++) {
            target[pixel] = source[pixel];
        }
        source += rows[0].channel_stride;
        target += pad->channel_stride;
    }
}
