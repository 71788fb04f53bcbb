/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights, biases and multipliers of the network. Generated from tiny; do not edit.
 * SHA-256 of the .tflite: 4a48f39707e3258f884972e29e3c253d19767f1aa5b71137aa85c31887499672
 */
#include "network/network_weights.h"

const struct scaled_3x3 parameters_1_layer1_conv_2d[4] = {
    SCALED_3X3(-4096, -3072, 6016, -1280, -3712, 5376, -3968, -1472, 2368, 2064, 1417280, 1525024488),
    SCALED_3X3(1664, -13568, -15360, 11904, 8320, 11008, 1280, 10368, -5504, 2080, -497408, 1158262089),
    SCALED_3X3(-384, 2368, -3072, -1600, -3072, -384, 3904, -2976, -960, 2056, 228672, 1723206978),
    SCALED_3X3(-3200, 13184, -9728, 128, -7808, -15616, 8192, -14336, -7168, 2080, 3852672, 1156625294),
};

const struct scaled_3x3 parameters_2_layer2_depthwise_conv_2d[4] = {
    SCALED_3X3(-1280, -1216, -2240, -1216, 6080, -704, -4672, -2560, 2816, 2064, -302080, 1869656569),
    SCALED_3X3(256, 1984, 1856, -7488, -640, 2304, 1536, 5568, 192, 2064, 354304, 1304553203),
    SCALED_3X3(-1696, -352, 2240, 1792, -1088, 2208, 2496, 672, 3936, 2056, 265888, 2112108338),
    SCALED_3X3(-12544, 9088, 13568, 896, -14336, 11520, -7808, 256, 8320, 2080, 382848, 1393069464),
};

const uint32_t weights_3_layer3_conv_2d[6] = {
    0xc6601e57u, 0x81f96ad0u, 0x5625ea56u, 0xc8387ec1u, 0x4db757f8u, 0x76247a31u,
};

const struct requantise requantise_3_layer3_conv_2d[6] = {
    REQUANTISE(1662998009, 7, 1581), REQUANTISE(1798899123, 6, 7612),
    REQUANTISE(1662072015, 7, -1849), REQUANTISE(1314325286, 7, -5040),
    REQUANTISE(1882631758, 6, 4675), REQUANTISE(1892225015, 6, 1575),
};

const struct scaled_3x3 parameters_4_layer4_depthwise_conv_2d[6] = {
    SCALED_3X3(2944, -3008, -5760, 3968, 2176, -2240, 64, -3008, 7616, 2064, 1046272, 1706075923),
    SCALED_3X3(4352, -7168, -2048, -5248, -3904, 2176, 2496, 2176, 704, 2064, -66368, 2122309756),
    SCALED_3X3(6336, 4416, 4224, 960, 896, 4352, -5568, -6784, 6144, 2064, -410880, 1965963505),
    SCALED_3X3(-4736, 5312, -3008, -1664, -1280, -1920, -1152, 5056, -4928, 2064, 86080, 2065425976),
    SCALED_3X3(6080, -640, -7616, 0, 1792, -7744, 6272, -3776, 4224, 2064, -114176, 1683869575),
    SCALED_3X3(2688, -2752, 1568, -4032, -3200, 1824, 3008, -1280, 4064, 2056, 254240, 1961917812),
};

const uint32_t weights_5_layer5_conv_2d[12] = {
    0x9bdea612u, 0xb3f38bc8u, 0xc8dee812u, 0x77d1a3aeu, 0x45d06137u, 0x4a14a96bu, 0x30427b33u,
    0x0019dc36u, 0x946b0fd8u, 0x01fd6997u, 0x48b7c710u, 0xcba274c4u,
};

const struct requantise requantise_5_layer5_conv_2d[8] = {
    REQUANTISE(1156455249, 7, -1739), REQUANTISE(1776139547, 7, 3236),
    REQUANTISE(1887985914, 7, 2150), REQUANTISE(1249451576, 6, -8825),
    REQUANTISE(1975613830, 7, 6344), REQUANTISE(1151246988, 6, -4494),
    REQUANTISE(1468099087, 6, -8039), REQUANTISE(1326409012, 6, -6855),
};

const int8_t weights_7_dense[24] = {
    -104, 87, 21, -28, 121, 121, -125, 32, 78, 49, 26, 5, 9, -49, -91, -27, 50, 112, 118, -76, -120,
    124, 44, 66,
};

const struct dense_output requantise_7_dense[3] = {
    {18289506730578, 10793, 52},
    {36579013461156, -1107, 53},
    {18289506730578, 40067, 52},
};

const struct interleave_layer window_1_layer1_conv_2d = {
    .left = 0u,
    .width_in = 64u,
    .width_out = 32u,
    .border = 168u,
};

const struct convolution_scaled_layer layer_1_layer1_conv_2d = {
    .outputs = 4u,
    .pixels = 32u,
    .channel_stride = 32u,
    .parameters = parameters_1_layer1_conv_2d,
};

const struct depthwise_scaled_layer layer_2_layer2_depthwise_conv_2d = {
    .channels = 4u,
    .inputs = 4u,
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

const struct depthwise_scaled_layer layer_4_layer4_depthwise_conv_2d = {
    .channels = 6u,
    .inputs = 6u,
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
