/* SPDX-License-Identifier: Apache-2.0 */
/* From an int32 sum to an int8 output, as the TFLite reference kernels: two roundings. */
#ifndef NETWORK_KERNELS_TENSOR_RANGE_H
#define NETWORK_KERNELS_TENSOR_RANGE_H

#include "network/kernels/requantise.h"

/* The real number multiplier * 2^(shift - 31). */
struct tensor_scale {
    int32_t multiplier;
    int32_t shift; /* positive: to the left, before the multiplication */
};

/* An output's zero point and clamp. */
struct tensor_range {
    int32_t zero_point;
    int32_t lowest;
    int32_t highest;
};

/* An output channel of a convolution. */
struct tensor_channel {
    int32_t bias;
    struct tensor_scale scale;
};

DSP_INLINE int8_t tensor_clamp_s8(int32_t value, const struct tensor_range *range) {
    return (int8_t)(value < range->lowest    ? range->lowest
                    : value > range->highest ? range->highest
                                             : value);
}

DSP_INLINE int8_t tensor_requantise_s8(int32_t sum, const struct tensor_scale *scale,
                                       const struct tensor_range *range) {
    const int32_t value = requantise_scale_s32(sum, scale->multiplier, scale->shift);
    return tensor_clamp_s8(value + range->zero_point, range);
}

#endif
