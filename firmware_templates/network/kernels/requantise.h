/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From accumulator to output, bit for bit as the TFLite reference kernels: the product with the
 * multiplier is rounded twice. Its Python twin is generator/engines/builtin/fixed_point.py.
 */
#ifndef NETWORK_KERNELS_REQUANTISE_H
#define NETWORK_KERNELS_REQUANTISE_H

#include <stdint.h>

#include "network/dsp_intrinsics.h"

/* A channel's way from accumulator to output, in two words. */
struct requantise {
    int32_t bias_and_shift; /* bias * 32 + right shift */
    int32_t multiplier;
};

/* Its initialiser: multiplier in [2^30, 2^31) or 0, shift 0..31, bias within 27 bits. */
#define REQUANTISE(multiplier, shift, bias) {(bias) * 32 + (shift), (multiplier)}

/* The output's zero point and clamp, in u8. */
struct output_range {
    int32_t zero;
    int32_t lowest;
    int32_t highest;
};

struct requantise_channel {
    int32_t start;      /* twice the bias: the accumulator before the first product */
    int32_t multiplier; /* in [2^30, 2^31), or 0 */
    uint32_t shift;     /* to the right, 0..31 */
    int32_t half;       /* half a unit of the shift */
};

DSP_INLINE struct requantise_channel requantise_unpack(const struct requantise *packed) {
    struct requantise_channel channel;
    channel.start = dsp_asr(packed->bias_and_shift, 5u) * 2;
    channel.shift = (uint32_t)packed->bias_and_shift & 31u;
    channel.multiplier = packed->multiplier;
    channel.half = (int32_t)((1u << channel.shift) >> 1);
    return channel;
}

/*
 * For outputs that clamp at their zero point. Halves of negative values go up here and down in the
 * reference; both end in the clamp.
 */
DSP_INLINE int32_t requantise_relu(int32_t doubled, const struct requantise_channel *channel) {
    const int32_t scaled = dsp_smmlar(doubled, channel->multiplier, channel->half);
    return dsp_usat8(dsp_asr(scaled, channel->shift));
}

/* For any output: halves go away from zero. */
DSP_INLINE int32_t requantise_linear(int32_t doubled, const struct requantise_channel *channel,
                                     const struct output_range *range) {
    const int32_t scaled = dsp_smmlar(doubled, channel->multiplier, 0);
    const int32_t downwards = channel->half ? dsp_asr(scaled, 31u) : 0;
    const int32_t value = dsp_asr(scaled + channel->half + downwards, channel->shift) + range->zero;
    return value < range->lowest ? range->lowest
                                 : (value > range->highest ? range->highest : value);
}

/* The reference's two steps for one value and any shift (positive: to the left, before). */
DSP_INLINE int32_t requantise_scale_s32(int32_t value, int32_t multiplier, int32_t shift) {
    const uint32_t left = shift > 0 ? (uint32_t)shift : 0u;
    const uint32_t right = shift < 0 ? (uint32_t)-shift : 0u;
    const int64_t product = (int64_t)dsp_wrap((uint32_t)value << left) * multiplier;
    const int32_t scaled = (int32_t)((product + (1 << 30)) >> 31);
    const int32_t half = (int32_t)((1u << right) >> 1);
    const int32_t downwards = half ? dsp_asr(scaled, 31u) : 0;
    return dsp_asr(scaled + half + downwards, right);
}

/* FULLY_CONNECTED's way: one rounding, halves away from zero. */
DSP_INLINE int32_t requantise_once_s32(int32_t value, int64_t multiplier, uint32_t shift) {
    const int64_t product = value * multiplier;
    const int64_t half = (int64_t)1 << (shift - 1u);
    return (int32_t)((product + half - (product < 0)) >> shift);
}

#endif
