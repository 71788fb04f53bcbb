/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/pool.h"

void max_pool_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct pool_layer *const pool = layer;
    const struct output_range *range = &pool->range;
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < pool->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < pool->pixels; pixel++) {
            const struct pool_span span = pool_span_of(pool, pixel);
            int32_t largest = range->lowest;
            for (uint32_t row = 0u; row < pool->rows; row++) {
                if (row_is_border(&rows[row])) {
                    continue;
                }
                const uint8_t *plane = rows[row].pixels + channel * rows[row].channel_stride;
                for (uint32_t column = span.begin; column < span.end; column++) {
                    largest = plane[column] > largest ? plane[column] : largest;
                }
            }
            target[pixel] = (uint8_t)(largest > range->highest ? range->highest : largest);
        }
        target += pool->channel_stride;
    }
}
