/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D, 3x3, stride 2, one border pixel of value 0 right. */
#include "network/kernels/depthwise_3x3.h"

/* One window row's share of four outputs, without the pixel right of the eight. */
#define ADD_ROW(plane, taps)                                                                       \
    do {                                                                                           \
        const uint32_t left = dsp_load_u32(plane), right = dsp_load_u32((plane) + 4);              \
        const uint32_t even0 = dsp_uxtb16_even(left), odd0 = dsp_uxtb16_odd(left);                 \
        y0 = dsp_smlad(even0, (taps).outer, y0);                                                   \
        y0 = dsp_smlabb(odd0, (taps).middle, y0);                                                  \
        y1 = dsp_smlatb(even0, (taps).outer, y1);                                                  \
        y1 = dsp_smlatb(odd0, (taps).middle, y1);                                                  \
        const uint32_t even1 = dsp_uxtb16_even(right), odd1 = dsp_uxtb16_odd(right);               \
        y1 = dsp_smlabt(even1, (taps).outer, y1);                                                  \
        y2 = dsp_smlad(even1, (taps).outer, y2);                                                   \
        y2 = dsp_smlabb(odd1, (taps).middle, y2);                                                  \
        y3 = dsp_smlatb(even1, (taps).outer, y3);                                                  \
        y3 = dsp_smlatb(odd1, (taps).middle, y3);                                                  \
    } while (0)

void depthwise_3x3_s2_row_u8(const struct depthwise_3x3 *layer, const struct row_view rows[3],
                             int16_t *columns) {
    const uint32_t width_in = 2u * layer->width_out;
    const uint32_t block = 4u * ((layer->channels + 1u) & ~1u);
    const uint8_t *above = rows[0].pixels, *here = rows[1].pixels, *below = rows[2].pixels;
    for (uint32_t channel = 0; channel < layer->channels; channel++) {
        const struct depthwise_3x3_channel *parameters = &layer->parameters[channel];
        const struct requantise_channel requantise = requantise_unpack(&parameters->requantise);
        const struct depthwise_3x3_taps t0 = depthwise_3x3_unpack(parameters->taps[0]);
        const struct depthwise_3x3_taps t1 = depthwise_3x3_unpack(parameters->taps[1]);
        const struct depthwise_3x3_taps t2 = depthwise_3x3_unpack(parameters->taps[2]);
        int16_t *column = columns + (channel / 2u) * 8u + channel % 2u;
        for (uint32_t pixel = 0; pixel < width_in; pixel += 8) {
            int32_t y0 = requantise.start, y1 = y0, y2 = y0, y3 = y0;
            ADD_ROW(above + pixel, t0);
            ADD_ROW(here + pixel, t1);
            ADD_ROW(below + pixel, t2);
            if (pixel + 8 != width_in) {
                y3 = dsp_smlabt(above[pixel + 8], t0.outer, y3);
                y3 = dsp_smlabt(here[pixel + 8], t1.outer, y3);
                y3 = dsp_smlabt(below[pixel + 8], t2.outer, y3);
            }
            depthwise_3x3_store(column, &requantise, y0, y1, y2, y3);
            column += block;
        }
        above += rows[0].channel_stride;
        here += rows[1].channel_stride;
        below += rows[2].channel_stride;
    }
}
