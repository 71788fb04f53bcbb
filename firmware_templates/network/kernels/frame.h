/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way into the network: a frame of the front-end becomes a row of one plane. Inline, since the
 * number of bands is a constant where it is called: without it 64 bytes more on a Cortex-M33.
 */
#ifndef NETWORK_KERNELS_FRAME_H
#define NETWORK_KERNELS_FRAME_H

#include <stdint.h>

#include "network/dsp_intrinsics.h"

#define FRAME_EVERY_SIGN 0x80808080u /* plus 128, in each byte of a word */

static inline void frame_bias_row_u8(const int8_t *frame, uint32_t bands, uint8_t *plane) {
    uint32_t band = 0u;
    for (; band + 4u <= bands; band += 4u) {
        uint32_t word;
        __builtin_memcpy(&word, frame + band, sizeof word);
        dsp_store_u32(plane + band, word ^ FRAME_EVERY_SIGN);
    }
    for (; band < bands; band++) {
        plane[band] = (uint8_t)(frame[band] + 128);
    }
}

#endif
