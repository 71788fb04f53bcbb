/* SPDX-License-Identifier: Apache-2.0 */
#include "network/row_taps.h"

#if M2M_TAPS
static int8_t tap_values[NETWORK_WIDEST_ROW_BYTES];

void row_tap_columns(const struct stage *stage, uint32_t row, const int16_t *columns) {
    if (stage->columns_operator == STAGE_NO_OPERATOR) {
        return;
    }
    const uint32_t channels = stage->columns_channels, pixels = stage->target->pixels;
    const uint32_t block = 4u * ((channels + 1u) & ~1u);
    for (uint32_t pixel = 0u; pixel < pixels; pixel++) {
        const int16_t *column = columns + (pixel / 4u) * block + (pixel % 4u) * 2u;
        for (uint32_t channel = 0u; channel < channels; channel++) {
            const int32_t value = column[(channel / 2u) * 8u + channel % 2u] / 2;
            tap_values[pixel * channels + channel] = (int8_t)(value - 128);
        }
    }
    network_tap(stage->columns_operator, row, tap_values, pixels * channels);
}

void row_tap_planes(const struct stage *stage, uint32_t row, const uint8_t *planes) {
    if (stage->target_operator == STAGE_NO_OPERATOR) {
        return;
    }
    const struct row_ring *ring = stage->target;
    const uint32_t channels = ring->channels, pixels = ring->pixels;
    for (uint32_t pixel = 0u; pixel < pixels; pixel++) {
        for (uint32_t channel = 0u; channel < channels; channel++) {
            const int32_t value = planes[channel * ring->channel_stride + pixel];
            tap_values[pixel * channels + channel] = (int8_t)(value - 128);
        }
    }
    network_tap(stage->target_operator, row, tap_values, pixels * channels);
}

void row_tap_probabilities(uint32_t operator_index) {
    float probabilities[NETWORK_CLASSES];
    network_scores_f32(probabilities);
    network_tap(operator_index, 0u, probabilities, sizeof probabilities);
}
#endif
