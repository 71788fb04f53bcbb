/* SPDX-License-Identifier: Apache-2.0 */
/* What the two 3x3 depthwise kernels share: taps of a channel, and its outputs' way out. */
#ifndef NETWORK_KERNELS_DEPTHWISE_3X3_TAPS_H
#define NETWORK_KERNELS_DEPTHWISE_3X3_TAPS_H

#include "network/kernels/requantise.h"

/* Doubled taps of one window row: (left, right) as two halves, and the middle one. */
struct depthwise_3x3_taps {
    uint32_t outer;
    uint32_t middle;
};

/* Doubled accumulators of four neighbouring outputs. */
struct depthwise_3x3_four {
    int32_t y0, y1, y2, y3;
};

DSP_INLINE struct depthwise_3x3_taps depthwise_3x3_unpack(uint32_t packed) {
    struct depthwise_3x3_taps taps;
    taps.outer = dsp_double_halves(dsp_sxtb16_even(packed));
    taps.middle = dsp_double_halves(dsp_sxtb16_odd(packed));
    return taps;
}

/* Four pixels of a channel into their columns, doubled. */
DSP_INLINE void depthwise_3x3_store(int16_t *column, const struct requantise_channel *requantise,
                                    struct depthwise_3x3_four sums) {
    column[0] = (int16_t)(2 * requantise_relu(sums.y0, requantise));
    column[2] = (int16_t)(2 * requantise_relu(sums.y1, requantise));
    column[4] = (int16_t)(2 * requantise_relu(sums.y2, requantise));
    column[6] = (int16_t)(2 * requantise_relu(sums.y3, requantise));
}

#endif
