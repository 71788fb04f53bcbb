/* SPDX-License-Identifier: Apache-2.0 */
/* RESHAPE of rows to a vector, as Flatten does: the stream ends, the tail needs all of it. */
#include "network/kernels/kernels.h"

void flatten_collect_row_s8(struct row_view row, uint32_t channels, uint32_t pixels,
                            int8_t *values) {
    for (uint32_t pixel = 0; pixel < pixels; pixel++) {
        const uint8_t *value = row.pixels + pixel;
        for (uint32_t channel = 0; channel < channels; channel++) {
            *values++ = (int8_t)(*value - 128);
            value += row.channel_stride;
        }
    }
}
