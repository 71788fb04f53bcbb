/* SPDX-License-Identifier: Apache-2.0 */
#include "network/row_taps.h"

#include "network/kernels/columns.h"
#include "network/layer_clock.h"

#if M2M_TAPS
/* One row. Its groups come one by one, and nothing else is told between them. */
static int8_t tap_values[NETWORK_WIDEST_ROW_BYTES];

void row_tap_columns(const struct stage *stage, uint32_t row) {
    if (stage->columns_operator == STAGE_NO_OPERATOR) {
        return;
    }
    LAYER_CLOCK_ENTER(LAYER_CLOCK_TAPS);
    const uint32_t channels = stage->columns_channels, pixels = stage->target->pixels;
    const uint32_t inputs = (channels + 1u) & ~1u;
    for (uint32_t pixel = 0u; pixel < pixels; pixel++) {
        int16_t *column = column_of(stage->columns, inputs, pixel);
        for (uint32_t channel = 0u; channel < channels; channel++) {
            const int32_t value = *column_input(column, channel) / 2;
            tap_values[pixel * channels + channel] = (int8_t)(value - 128);
        }
    }
    network_tap(stage->columns_operator, row, tap_values, pixels * channels);
    LAYER_CLOCK_LEAVE();
}

/* Where a pixel is in its plane. */
static uint32_t pixel_place(const struct row_ring *ring, uint32_t pixel) {
    static const uint8_t swapped[4] = {0u, 2u, 1u, 3u};
    return ring->swapped ? (pixel & ~3u) + swapped[pixel & 3u] : pixel;
}

void row_tap_planes(const struct stage *stage, uint32_t row, uint32_t group) {
    if (stage->target_operator == STAGE_NO_OPERATOR) {
        return;
    }
    LAYER_CLOCK_ENTER(LAYER_CLOCK_TAPS);
    const struct row_ring *ring = stage->target;
    const uint8_t *planes = row_ring_place(ring, row, group);
    for (uint32_t i = 0u; i < ring->group_channels; i++) {
        const uint32_t channel = group * ring->group_channels + i;
        for (uint32_t pixel = 0u; pixel < ring->pixels; pixel++) {
            const int32_t value = planes[i * ring->channel_stride + pixel_place(ring, pixel)];
            tap_values[pixel * ring->channels + channel] = (int8_t)(value - 128);
        }
    }
    if (group + 1u == ring->groups) {
        network_tap(stage->target_operator, row, tap_values,
                    (uint32_t)ring->pixels * ring->channels);
    }
    LAYER_CLOCK_LEAVE();
}

void row_tap_values(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes) {
    LAYER_CLOCK_ENTER(LAYER_CLOCK_TAPS);
    network_tap(operator_index, row, values, bytes);
    LAYER_CLOCK_LEAVE();
}

void row_tap_probabilities(uint32_t operator_index) {
    LAYER_CLOCK_ENTER(LAYER_CLOCK_TAPS);
    float probabilities[NETWORK_CLASSES];
    network_scores_f32(probabilities);
    network_tap(operator_index, 0u, probabilities, sizeof probabilities);
    LAYER_CLOCK_LEAVE();
}
#endif
