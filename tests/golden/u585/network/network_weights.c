/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights, biases and multipliers of the network. Generated from tiny; do not edit.
 * SHA-256 of the .tflite: 4a48f39707e3258f884972e29e3c253d19767f1aa5b71137aa85c31887499672
 */
#include "network/network_weights.h"

static const uint32_t weights_1_layer1_conv_2d[10] = {
    0x96d00dc0u, 0x5dec885eu, 0x565441c6u, 0x51e90ac2u, 0x0000d525u, 0x674ae7f4u, 0x01ceb4a0u,
    0x86f4c3a0u, 0x90a3407au, 0x0000c8e2u,
};

static const struct requantise requantise_1_layer1_conv_2d[4] = {
    REQUANTISE(1525024488, 7, 22145), REQUANTISE(1158262089, 6, -3886),
    REQUANTISE(1723206978, 8, 7146), REQUANTISE(1156625294, 6, 30099),
};

static const struct depthwise_3x3_channel parameters_2_layer2_depthwise_conv_2d[4] = {
    {{TAPS(-20, -19, -35), TAPS(-19, 95, -11), TAPS(-73, -40, 44)}, REQUANTISE(1869656569, 7, -4720)},
    {{TAPS(4, 31, 29), TAPS(-117, -10, 36), TAPS(24, 87, 3)}, REQUANTISE(1304553203, 7, 5536)},
    {{TAPS(-53, -11, 70), TAPS(56, -34, 69), TAPS(78, 21, 123)}, REQUANTISE(2112108338, 8, 8309)},
    {{TAPS(-98, 71, 106), TAPS(7, -112, 90), TAPS(-61, 2, 65)}, REQUANTISE(1393069464, 6, 2991)},
};

static const uint32_t weights_3_layer3_conv_2d[6] = {
    0xc6601e57u, 0x82f96bd0u, 0x5625ea56u, 0xc8387fc1u, 0x4eb758f8u, 0x76247a31u,
};

static const struct requantise requantise_3_layer3_conv_2d[6] = {
    REQUANTISE(1662998009, 7, 1581), REQUANTISE(1798899123, 6, 7612),
    REQUANTISE(1662072015, 7, -1849), REQUANTISE(1314325286, 7, -5040),
    REQUANTISE(1882631758, 6, 4675), REQUANTISE(1892225015, 6, 1575),
};

static const struct depthwise_3x3_channel parameters_4_layer4_depthwise_conv_2d[6] = {
    {{TAPS(46, -47, -90), TAPS(62, 34, -35), TAPS(1, -47, 119)}, REQUANTISE(1706075923, 7, 16348)},
    {{TAPS(68, -112, -32), TAPS(-82, -61, 34), TAPS(39, 34, 11)}, REQUANTISE(2122309756, 7, -1037)},
    {{TAPS(99, 69, 66), TAPS(15, 14, 68), TAPS(-87, -106, 96)}, REQUANTISE(1965963505, 7, -6420)},
    {{TAPS(-74, 83, -47), TAPS(-26, -20, -30), TAPS(-18, 79, -77)}, REQUANTISE(2065425976, 7, 1345)},
    {{TAPS(95, -10, -119), TAPS(0, 28, -121), TAPS(98, -59, 66)}, REQUANTISE(1683869575, 7, -1784)},
    {{TAPS(84, -86, 49), TAPS(-126, -100, 57), TAPS(94, -40, 127)}, REQUANTISE(1961917812, 8, 7945)},
};

static const uint32_t weights_5_layer5_conv_2d[12] = {
    0x9cdea612u, 0xb4f38cc8u, 0xc9dee812u, 0x78d1a4aeu, 0x46d06137u, 0x4a14a96bu, 0x30427b33u,
    0x0019dc36u, 0x946b10d8u, 0x02fd6a97u, 0x49b7c710u, 0xcca275c4u,
};

static const struct requantise requantise_5_layer5_conv_2d[8] = {
    REQUANTISE(1156455249, 7, -1739), REQUANTISE(1776139547, 7, 3236),
    REQUANTISE(1887985914, 7, 2150), REQUANTISE(1249451576, 6, -8825),
    REQUANTISE(1975613830, 7, 6344), REQUANTISE(1151246988, 6, -4494),
    REQUANTISE(1468099087, 6, -8039), REQUANTISE(1326409012, 6, -6855),
};

static const int8_t weights_7_dense[24] = {
    -104, 87, 21, -28, 121, 121, -125, 32, 78, 49, 26, 5, 9, -49, -91, -27, 50, 112, 118, -76, -120,
    124, 44, 66,
};

static const struct dense_output requantise_7_dense[3] = {
    {18289506730578, 10793, 52},
    {36579013461156, -1107, 53},
    {18289506730578, 40067, 52},
};

const struct conv_window window_1_layer1_conv_2d = {
    .rows = 3u,
    .columns = 3u,
    .channels = 1u,
    .stride = 2u,
    .left = 0u,
    .width_in = 64u,
    .width_out = 32u,
    .border = 168u,
    .inputs = 10u,
};

const struct pointwise_layer layer_1_layer1_conv_2d = {
    .inputs = 10u,
    .outputs = 4u,
    .pixels = 32u,
    .channel_stride = 32u,
    .weights = weights_1_layer1_conv_2d,
    .requantise = requantise_1_layer1_conv_2d,
    .range = {0, 0, 255},
};

const struct depthwise_3x3_layer layer_2_layer2_depthwise_conv_2d = {
    .channels = 4u,
    .width_out = 32u,
    .parameters = parameters_2_layer2_depthwise_conv_2d,
};

const struct pointwise_layer layer_3_layer3_conv_2d = {
    .inputs = 4u,
    .outputs = 6u,
    .pixels = 32u,
    .channel_stride = 32u,
    .weights = weights_3_layer3_conv_2d,
    .requantise = requantise_3_layer3_conv_2d,
    .range = {0, 0, 255},
};

const struct depthwise_3x3_layer layer_4_layer4_depthwise_conv_2d = {
    .channels = 6u,
    .width_out = 16u,
    .parameters = parameters_4_layer4_depthwise_conv_2d,
};

const struct pointwise_layer layer_5_layer5_conv_2d = {
    .inputs = 6u,
    .outputs = 8u,
    .pixels = 16u,
    .channel_stride = 16u,
    .weights = weights_5_layer5_conv_2d,
    .requantise = requantise_5_layer5_conv_2d,
    .range = {0, 0, 255},
};

const struct mean_layer layer_6_mean = {
    .channels = 8u,
    .pixels = 16u,
    .offset = 0,
    .multiplier = 1812247650,
    .shift = -5,
    .zero_point = -128,
};

const struct dense_layer layer_7_dense = {
    .inputs = 8u,
    .outputs = 3u,
    .weights = weights_7_dense,
    .requantise = requantise_7_dense,
    .zero_point = -32,
    .lowest = -128,
    .highest = 127,
};

const struct softmax_layer layer_8_softmax = {
    .classes = 3u,
    .multiplier = 1739611136,
    .left_shift = 21,
    .smallest_difference = -992,
};
