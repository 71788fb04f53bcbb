/* SPDX-License-Identifier: Apache-2.0 */
/* DEPTHWISE_CONV_2D, 3x3, stride 1, one border pixel of value 0 left and right. */
#include "network/kernels/requantise.h"

void depthwise_3x3_s1_row_u8(const struct depthwise_3x3 *layer, const struct row_view rows[3],
                             int16_t *columns) {
    const uint32_t width = layer->width_out;
    for (uint32_t channel = 0; channel < layer->channels; channel++) {
        const struct depthwise_3x3_channel *parameters = &layer->parameters[channel];
        const struct requantise_channel requantise = requantise_unpack(&parameters->requantise);
        int16_t *column = columns + (channel / 2u) * 8u + channel % 2u;
        for (uint32_t pixel = 0; pixel < width; pixel += 4) {
            int32_t y0 = requantise.start, y1 = y0, y2 = y0, y3 = y0;
            for (uint32_t row = 0; row < 3; row++) {
                const uint32_t taps = parameters->taps[row];
                const uint32_t outer = dsp_double_halves(dsp_sxtb16_even(taps));
                const uint32_t middle = dsp_double_halves(dsp_sxtb16_odd(taps));
                const uint8_t *plane =
                    rows[row].pixels + channel * rows[row].channel_stride + pixel;
                const uint32_t word = dsp_load_u32(plane);
                const uint32_t even = dsp_uxtb16_even(word), odd = dsp_uxtb16_odd(word);
                y0 = dsp_smlabb(even, middle, y0);
                y0 = dsp_smlabt(odd, outer, y0);
                y1 = dsp_smlad(even, outer, y1);
                y1 = dsp_smlabb(odd, middle, y1);
                y2 = dsp_smlad(odd, outer, y2);
                y2 = dsp_smlatb(even, middle, y2);
                y3 = dsp_smlatb(even, outer, y3);
                y3 = dsp_smlatb(odd, middle, y3);
                if (pixel != 0) {
                    y0 = dsp_smlabb(plane[-1], outer, y0);
                }
                if (pixel + 4 != width) {
                    y3 = dsp_smlabt(plane[4], outer, y3);
                }
            }
            column[0] = (int16_t)(2 * requantise_relu(y0, &requantise));
            column[2] = (int16_t)(2 * requantise_relu(y1, &requantise));
            column[4] = (int16_t)(2 * requantise_relu(y2, &requantise));
            column[6] = (int16_t)(2 * requantise_relu(y3, &requantise));
            column += 4u * ((layer->channels + 1u) & ~1u);
        }
    }
}
