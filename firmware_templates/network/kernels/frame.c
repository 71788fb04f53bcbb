/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/frame.h"

#include "network/dsp_intrinsics.h"

#define EVERY_SIGN 0x80808080u /* plus 128, in each byte of a word */

void frame_bias_row_u8(const int8_t *frame, uint32_t bands, uint8_t *plane) {
    uint32_t band = 0u;
    for (; band + 4u <= bands; band += 4u) {
        uint32_t word;
        __builtin_memcpy(&word, frame + band, sizeof word);
        dsp_store_u32(plane + band, word ^ EVERY_SIGN);
    }
    for (; band < bands; band++) {
        plane[band] = (uint8_t)(frame[band] + 128);
    }
}
