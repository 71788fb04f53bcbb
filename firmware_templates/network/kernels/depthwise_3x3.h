/* SPDX-License-Identifier: Apache-2.0 */
/* What the two 3x3 depthwise kernels share: taps of a channel, and its outputs' way out. */
#ifndef NETWORK_KERNELS_DEPTHWISE_3X3_H
#define NETWORK_KERNELS_DEPTHWISE_3X3_H

#include "network/kernels/requantise.h"

/* Doubled taps of one window row: (left, right) as two halves, and the middle one. */
struct depthwise_3x3_taps {
    uint32_t outer;
    uint32_t middle;
};

DSP_INLINE struct depthwise_3x3_taps depthwise_3x3_unpack(uint32_t packed) {
    struct depthwise_3x3_taps taps;
    taps.outer = dsp_double_halves(dsp_sxtb16_even(packed));
    taps.middle = dsp_double_halves(dsp_sxtb16_odd(packed));
    return taps;
}

/* Four pixels of a channel into their columns, doubled. */
DSP_INLINE void depthwise_3x3_store(int16_t *column, const struct requantise_channel *requantise,
                                    int32_t y0, int32_t y1, int32_t y2, int32_t y3) {
    column[0] = (int16_t)(2 * requantise_relu(y0, requantise));
    column[2] = (int16_t)(2 * requantise_relu(y1, requantise));
    column[4] = (int16_t)(2 * requantise_relu(y2, requantise));
    column[6] = (int16_t)(2 * requantise_relu(y3, requantise));
}

#endif
