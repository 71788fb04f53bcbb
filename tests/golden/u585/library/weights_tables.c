/* SPDX-License-Identifier: Apache-2.0 */
/* The constant arrays of this image and the CRC-32 over them, one after the other; see weights.h.
 * Computed by generator/project/weights.py. */
#include "library/weights.h"

#include "frontend/mel_tables.h"
#include "library/decision.h"
#include "network/network_weights.h"

const struct constant_table weights_tables[] = {
    {parameters_1_layer1_conv_2d, sizeof parameters_1_layer1_conv_2d},
    {parameters_2_layer2_depthwise_conv_2d, sizeof parameters_2_layer2_depthwise_conv_2d},
    {weights_3_layer3_conv_2d, sizeof weights_3_layer3_conv_2d},
    {requantise_3_layer3_conv_2d, sizeof requantise_3_layer3_conv_2d},
    {parameters_4_layer4_depthwise_conv_2d, sizeof parameters_4_layer4_depthwise_conv_2d},
    {weights_5_layer5_conv_2d, sizeof weights_5_layer5_conv_2d},
    {requantise_5_layer5_conv_2d, sizeof requantise_5_layer5_conv_2d},
    {weights_7_dense, sizeof weights_7_dense},
    {requantise_7_dense, sizeof requantise_7_dense},
    {mel_window_q31, sizeof mel_window_q31},
    {mel_butterfly_twiddles_q31, sizeof mel_butterfly_twiddles_q31},
    {mel_split_twiddles_q31, sizeof mel_split_twiddles_q31},
    {mel_segment_end_bins, sizeof mel_segment_end_bins},
    {mel_bin_weights_q24, sizeof mel_bin_weights_q24},
    {mel_sqrt_steps, sizeof mel_sqrt_steps},
    {mel_log2_q24, sizeof mel_log2_q24},
    {&decision_rule.fallback, sizeof decision_rule.fallback},
    {decision_rule.thresholds, sizeof decision_rule.thresholds},
};

const uint32_t weights_table_count = sizeof weights_tables / sizeof weights_tables[0];

const uint32_t weights_bytes = 7101u;

const uint32_t weights_crc_generated = 0x49ea85f8u;
