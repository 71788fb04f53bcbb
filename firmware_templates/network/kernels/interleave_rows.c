/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/convolution_scaled.h"

static uint32_t pixel_of(const struct interleave_layer *layer, const uint8_t *plane, uint32_t x) {
    const uint32_t inside = x - layer->left; /* beyond the width also where it is below 0 */
    return inside < layer->width_in ? plane[inside] : layer->border;
}

void interleave_rows_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                        uint32_t first_channel) {
    const struct interleave_layer *const interleave = layer;
    (void)first_channel; /* there is only one */
    /* Without a border pixel left, four pixels at a time, as long as they are within the row. */
    const uint32_t by_words = interleave->left ? 0u : interleave->width_in & ~3u;
    for (uint32_t row = 0u; row < 3u; row++) {
        const uint8_t *plane = rows[row].pixels;
        int16_t *place = columns + 2u * row;
        uint32_t x = 0u;
        for (; x < by_words && x < 2u * interleave->width_out; x += 4u) {
            const uint32_t word = dsp_load_u32(plane + x);
            const uint32_t even = dsp_uxtb16_even(word), odd = dsp_uxtb16_odd(word);
            dsp_store_u32(place, (even & 0xffffu) | odd << 16);
            dsp_store_u32(place + 6, even >> 16 | (odd & 0xffff0000u));
            place += 12;
        }
        for (; x <= 2u * interleave->width_out; x += 2u) {
            const uint32_t low = pixel_of(interleave, plane, x);
            const uint32_t high = pixel_of(interleave, plane, x + 1u);
            dsp_store_u32(place, low | high << 16);
            place += 6;
        }
    }
}
