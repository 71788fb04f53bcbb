/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/dequantise.h"

void dequantise_scale_f32(const int8_t *values, uint32_t count, float scale, int32_t zero_point,
                          float *reals) {
    for (uint32_t i = 0u; i < count; i++) {
        reals[i] = scale * (float)(values[i] - zero_point);
    }
}
