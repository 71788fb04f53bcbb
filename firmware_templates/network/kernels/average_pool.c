/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/pool.h"

void average_pool_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct pool_layer *const pool = layer;
    const struct output_range *range = &pool->range;
    uint32_t rows_inside = 0u;
    for (uint32_t row = 0u; row < pool->rows; row++) {
        rows_inside += row_is_border(&rows[row]) ? 0u : 1u;
    }
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < pool->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < pool->pixels; pixel++) {
            const struct pool_span span = pool_span_of(pool, pixel);
            const int32_t count = (int32_t)(rows_inside * (span.end - span.begin));
            int32_t sum = -128 * count; /* of the int8 values, whose halves go away from zero */
            for (uint32_t row = 0u; row < pool->rows; row++) {
                if (row_is_border(&rows[row])) {
                    continue;
                }
                const uint8_t *plane = rows[row].pixels + channel * rows[row].channel_stride;
                for (uint32_t column = span.begin; column < span.end; column++) {
                    sum += plane[column];
                }
            }
            const int32_t half = sum > 0 ? count / 2 : -(count / 2);
            const int32_t mean = (sum + half) / count + 128;
            target[pixel] = (uint8_t)(mean < range->lowest    ? range->lowest
                                      : mean > range->highest ? range->highest
                                                              : mean);
        }
        target += pool->channel_stride;
    }
}
