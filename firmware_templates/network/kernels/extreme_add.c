/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/extreme_add.h"

void extreme_add_row_u8(const void *layer, const struct row_view *rows, void *extremes) {
    const struct extreme_add_layer *const extreme = layer;
    int8_t *extreme_of = extremes;
    const uint8_t *plane = rows[0].pixels;
    for (uint32_t channel = 0u; channel < extreme->channels; channel++) {
        int32_t found = extreme_of[channel] * extreme->sign;
        for (uint32_t pixel = 0u; pixel < extreme->pixels; pixel++) {
            const int32_t value = (plane[pixel] - 128) * extreme->sign;
            found = value > found ? value : found;
        }
        extreme_of[channel] = (int8_t)(found * extreme->sign);
        plane += rows[0].channel_stride;
    }
}

void extreme_finish_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct extreme_add_layer *const extreme = layer;
    for (uint32_t channel = 0u; channel < extreme->channels; channel++) {
        output[channel] = inputs[0][channel];
    }
}
