/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/flatten.h"

void flatten_collect_row_s8(const void *layer, const struct row_view *rows, void *values) {
    const struct flatten_layer *const flatten = layer;
    int8_t *place = values;
    for (uint32_t pixel = 0u; pixel < flatten->pixels; pixel++) {
        const uint8_t *value = rows[0].pixels + pixel;
        for (uint32_t channel = 0u; channel < flatten->channels; channel++) {
            *place++ = (int8_t)(*value - 128);
            value += rows[0].channel_stride;
        }
    }
}
