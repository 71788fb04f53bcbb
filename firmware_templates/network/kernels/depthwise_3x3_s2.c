/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D, 3x3, stride 2, one border pixel of value 0 right. */
#include "network/kernels/columns.h"
#include "network/kernels/depthwise_3x3.h"
#include "network/kernels/depthwise_3x3_taps.h"

/* Adds one window row's part of four outputs, without the pixel right of the eight. */
DSP_INLINE struct depthwise_3x3_four add_row(struct depthwise_3x3_four sums, const uint8_t *plane,
                                             struct depthwise_3x3_taps taps) {
    const uint32_t left = dsp_load_u32(plane), right = dsp_load_u32(plane + 4);
    const uint32_t even0 = dsp_uxtb16_even(left), odd0 = dsp_uxtb16_odd(left);
    sums.y0 = dsp_smlad(even0, taps.outer, sums.y0);
    sums.y0 = dsp_smlabb(odd0, taps.middle, sums.y0);
    sums.y1 = dsp_smlatb(even0, taps.outer, sums.y1);
    sums.y1 = dsp_smlatb(odd0, taps.middle, sums.y1);
    const uint32_t even1 = dsp_uxtb16_even(right), odd1 = dsp_uxtb16_odd(right);
    sums.y1 = dsp_smlabt(even1, taps.outer, sums.y1);
    sums.y2 = dsp_smlad(even1, taps.outer, sums.y2);
    sums.y2 = dsp_smlabb(odd1, taps.middle, sums.y2);
    sums.y3 = dsp_smlatb(even1, taps.outer, sums.y3);
    sums.y3 = dsp_smlatb(odd1, taps.middle, sums.y3);
    return sums;
}

void depthwise_3x3_s2_row_u8(const void *layer, const struct row_view *rows, int16_t *columns,
                             uint32_t first_channel) {
    const struct depthwise_3x3_layer *const depthwise = layer;
    const uint32_t width_in = 2u * depthwise->width_out;
    const uint32_t block = 4u * depthwise->inputs;
    const uint8_t *above = rows[0].pixels, *here = rows[1].pixels, *below = rows[2].pixels;
    for (uint32_t channel = 0u; channel < depthwise->channels; channel++) {
        const struct depthwise_3x3_channel *parameters =
            &depthwise->parameters[first_channel + channel];
        const struct requantise_channel requantise = requantise_unpack(&parameters->requantise);
        const struct depthwise_3x3_taps t0 = depthwise_3x3_unpack(parameters->taps[0]);
        const struct depthwise_3x3_taps t1 = depthwise_3x3_unpack(parameters->taps[1]);
        const struct depthwise_3x3_taps t2 = depthwise_3x3_unpack(parameters->taps[2]);
        int16_t *column =
            column_input(column_of(columns, depthwise->inputs, 0u), first_channel + channel);
        for (uint32_t pixel = 0u; pixel < width_in; pixel += 8u) {
            const int32_t start = requantise.start;
            struct depthwise_3x3_four sums = {start, start, start, start};
            sums = add_row(sums, above + pixel, t0);
            sums = add_row(sums, here + pixel, t1);
            sums = add_row(sums, below + pixel, t2);
            if (pixel + 8u != width_in) {
                sums.y3 = dsp_smlabt(above[pixel + 8u], t0.outer, sums.y3);
                sums.y3 = dsp_smlabt(here[pixel + 8u], t1.outer, sums.y3);
                sums.y3 = dsp_smlabt(below[pixel + 8u], t2.outer, sums.y3);
            }
            depthwise_3x3_store(column, &requantise, sums);
            column += block;
        }
        above += rows[0].channel_stride;
        here += rows[1].channel_stride;
        below += rows[2].channel_stride;
    }
}
