/* SPDX-License-Identifier: Apache-2.0 */
#include "network/row_taps.h"

#if M2M_TAPS
static int8_t tap_values[NETWORK_WIDEST_ROW_BYTES];

void row_tap_columns(uint32_t operator_index, uint32_t row, const int16_t *columns,
                     uint32_t channels, uint32_t pixels) {
    const uint32_t block = 4u * ((channels + 1u) & ~1u);
    for (uint32_t pixel = 0; pixel < pixels; pixel++) {
        const int16_t *column = columns + (pixel / 4u) * block + (pixel % 4u) * 2u;
        for (uint32_t channel = 0; channel < channels; channel++) {
            const int32_t value = column[(channel / 2u) * 8u + channel % 2u] / 2;
            tap_values[pixel * channels + channel] = (int8_t)(value - 128);
        }
    }
    network_tap(operator_index, row, tap_values, pixels * channels);
}

void row_tap_planes(uint32_t operator_index, uint32_t row, const uint8_t *planes,
                    uint32_t channel_stride, uint32_t channels, uint32_t pixels) {
    for (uint32_t pixel = 0; pixel < pixels; pixel++) {
        for (uint32_t channel = 0; channel < channels; channel++) {
            const int32_t value = planes[channel * channel_stride + pixel];
            tap_values[pixel * channels + channel] = (int8_t)(value - 128);
        }
    }
    network_tap(operator_index, row, tap_values, pixels * channels);
}
#endif
