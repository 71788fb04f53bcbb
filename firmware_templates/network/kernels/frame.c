/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/frame.h"

void frame_bias_row_u8(const int8_t *frame, uint32_t bands, uint8_t *plane) {
    for (uint32_t band = 0u; band < bands; band++) {
        plane[band] = (uint8_t)(frame[band] + 128);
    }
}
