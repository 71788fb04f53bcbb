/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/dct.h"

#define FULL_TURN (2u * DCT_HALF_TURN)
#define HALF INT64_C(0x80000000)

int32_t dct_coefficient_q16(const int32_t values_q24[MEL_BANDS], uint32_t k) {
    /* Below 2^63: at most 256 values of 112 octaves in Q24, times 2^24. */
    int64_t sum_q48 = 0;
    uint32_t angle = k; /* k (2 n + 1), in FULL_TURN to the turn */
    for (uint32_t n = 0u; n < MEL_BANDS; n++) {
        const uint32_t mirrored = angle <= DCT_HALF_TURN ? angle : FULL_TURN - angle;
        sum_q48 += (int64_t)values_q24[n] * dct_cosines_q24[mirrored];
        angle += 2u * k;
        if (angle >= FULL_TURN) {
            angle -= FULL_TURN;
        }
    }
    return (int32_t)((sum_q48 + HALF) >> 32);
}
