/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/frame_planes.h"

void frame_bias_planes_u8(const int8_t *frame, uint32_t bands, uint32_t channel_stride,
                          uint8_t *planes) {
    for (uint32_t band = 0u; band < bands; band++) {
        planes[band * channel_stride] = (uint8_t)(frame[band] + 128);
    }
}
