/* SPDX-License-Identifier: Apache-2.0 */
/* The way into the network: a frame of the front-end becomes a row of one plane. */
#include "network/kernels/kernels.h"

void frame_bias_row_u8(const int8_t *frame, uint32_t bands, uint8_t *plane) {
    for (uint32_t band = 0; band < bands; band++) {
        plane[band] = (uint8_t)(frame[band] + 128);
    }
}
