/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 3x3 filter whose taps, bias and rounding are scaled so that one shift serves all channels.
 *
 * With multiplier m and shift n the reference rounds twice; for a RELU, which wants nothing below
 * 0, both together are floor((2 acc m + 2^31 + 2^(n + 31)) / 2^(n + 32)), the second half unit only
 * for n > 0. With acc' = 2 acc 2^s, s = 12 - n, that is floor((floor(acc' m / 2^32) + addend) /
 * 2^12), addend = 2^(s - 1) + 2^11: exact for s >= 1. SMMLA makes the inner sum, USAT shifts by 12
 * and clamps. The generator checks that taps fit in 16 bits and sums in 32; else it takes another
 * kernel.
 */
#ifndef NETWORK_KERNELS_SCALED_3X3_H
#define NETWORK_KERNELS_SCALED_3X3_H

#include "network/dsp_intrinsics.h"

#define SCALED_SHIFT 12u

/* A channel. The kernels in assembly know this layout (scaled_3x3_macros.inc). */
struct scaled_3x3 {
    uint32_t taps[5];
    int32_t start; /* the scaled bias */
    int32_t multiplier;
};

#define SCALED_3X3_HALVES(low, high) ((uint32_t)(uint16_t)(low) | (uint32_t)(uint16_t)(high) << 16)

/* Its initialiser: rows of taps (left, middle, right), scaled; the addend of the rounding. */
#define SCALED_3X3(l0, m0, r0, l1, m1, r1, l2, m2, r2, addend, start, multiplier)                  \
    {{SCALED_3X3_HALVES(l0, m0), SCALED_3X3_HALVES(l1, m1), SCALED_3X3_HALVES(l2, m2),             \
      SCALED_3X3_HALVES(r1, r0), SCALED_3X3_HALVES(addend, r2)},                                   \
     (start),                                                                                      \
     (multiplier)}

/* Portable: the tap of a window row and column. */
static inline int32_t scaled_3x3_tap(const struct scaled_3x3 *channel, uint32_t row,
                                     uint32_t column) {
    if (column < 2u) {
        return column ? dsp_top(channel->taps[row]) : dsp_bottom(channel->taps[row]);
    }
    return row == 0u   ? dsp_top(channel->taps[3])
           : row == 1u ? dsp_bottom(channel->taps[3])
                       : dsp_top(channel->taps[4]);
}

/* Portable: a scaled sum's output. */
static inline int32_t scaled_3x3_output(const struct scaled_3x3 *channel, int32_t sum) {
    const int32_t addend = (int32_t)(channel->taps[4] & 0xffffu);
    return dsp_usat8(dsp_asr(dsp_smmla(sum, channel->multiplier, addend), SCALED_SHIFT));
}

#endif
