/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/pool.h"

void average_pool_combine_row_u8(const void *layer, const struct row_view *rows, void *planes) {
    const struct pool_layer *const pool = layer;
    const struct output_range *range = &pool->range;
    const int32_t count = (int32_t)(pool->rows * pool->columns);
    uint8_t *target = planes;
    for (uint32_t channel = 0u; channel < pool->channels; channel++) {
        for (uint32_t pixel = 0u; pixel < pool->pixels; pixel++) {
            int32_t sum = -128 * count; /* of the int8 values, whose halves go away from zero */
            for (uint32_t row = 0u; row < pool->rows; row++) {
                const uint8_t *value =
                    rows[row].pixels + channel * rows[row].channel_stride + pixel * pool->stride;
                for (uint32_t column = 0u; column < pool->columns; column++) {
                    sum += value[column];
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
