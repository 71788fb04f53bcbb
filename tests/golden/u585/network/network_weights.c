/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights, biases and multipliers of the network. Generated from tiny; do not edit.
 * SHA-256 of the .tflite: d8099468c7da3acd89bf583402fac6bbf0227806bc2b1d55a4db17e357597cdb
 */
#include "network/network_weights.h"

static const uint32_t weights_1[10] = {
    0x96d00dc0u, 0x5dec885eu, 0x565441c6u, 0x51e90ac2u, 0x0000d525u, 0x674ae7f4u, 0x01ceb4a0u,
    0x86f4c3a0u, 0x90a3407au, 0x0000c8e2u,
};

static const struct requantise requantise_1[4] = {
    {708647, 1525024488}, {-124346, 1158262089}, {228680, 1723206978}, {963174, 1156625294},
};

static const struct depthwise_3x3_channel parameters_2[4] = {
    {{0x00ddedecu, 0x00f55fedu, 0x002cd8b7u}, {-151033, 1869656569}},
    {{0x001d1f04u, 0x0024f68bu, 0x00035718u}, {177159, 1304553203}},
    {{0x0046f5cbu, 0x0045de38u, 0x007b154eu}, {265896, 2112108338}},
    {{0x006a479eu, 0x005a9007u, 0x004102c3u}, {95718, 1393069464}},
};

static const uint32_t weights_3[6] = {
    0xc6601e57u, 0x82f96bd0u, 0x5625ea56u, 0xc8387fc1u, 0x4eb758f8u, 0x76247a31u,
};

static const struct requantise requantise_3[6] = {
    {50599, 1662998009}, {243590, 1798899123}, {-59161, 1662072015}, {-161273, 1314325286},
    {149606, 1882631758}, {50406, 1892225015},
};

static const struct depthwise_3x3_channel parameters_4[6] = {
    {{0x00a6d12eu, 0x00dd223eu, 0x0077d101u}, {523143, 1706075923}},
    {{0x00e09044u, 0x0022c3aeu, 0x000b2227u}, {-33177, 2122309756}},
    {{0x00424563u, 0x00440e0fu, 0x006096a9u}, {-205433, 1965963505}},
    {{0x00d153b6u, 0x00e2ece6u, 0x00b34feeu}, {43047, 2065425976}},
    {{0x0089f65fu, 0x00871c00u, 0x0042c562u}, {-57081, 1683869575}},
    {{0x0031aa54u, 0x00399c82u, 0x007fd85eu}, {254248, 1961917812}},
};

static const uint32_t weights_5[12] = {
    0x9cdea612u, 0xb4f38cc8u, 0xc9dee812u, 0x78d1a4aeu, 0x46d06137u, 0x4a14a96bu, 0x30427b33u,
    0x0019dc36u, 0x946b10d8u, 0x02fd6a97u, 0x49b7c710u, 0xcca275c4u,
};

static const struct requantise requantise_5[8] = {
    {-55641, 1156455249}, {103559, 1776139547}, {68807, 1887985914}, {-282394, 1249451576},
    {203015, 1975613830}, {-143802, 1151246988}, {-257242, 1468099087}, {-219354, 1326409012},
};

static const int8_t weights_7[24] = {
    -104, 87, 21, -28, 121, 121, -125, 32, 78, 49, 26, 5, 9, -49, -91, -27, 50, 112, 118, -76, -120,
    124, 44, 66,
};

static const struct dense_output requantise_7[3] = {
    {18289506730578, 10793, 52},
    {36579013461156, -1107, 53},
    {18289506730578, 40067, 52},
};

const struct window network_window_1 = {
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

const struct pointwise network_operator_1 = {
    .inputs = 10u,
    .outputs = 4u,
    .pixels = 32u,
    .channel_stride = 32u,
    .weights = weights_1,
    .requantise = requantise_1,
    .range = {0, 0, 255},
};

const struct depthwise_3x3 network_operator_2 = {
    .channels = 4u,
    .width_out = 32u,
    .parameters = parameters_2,
};

const struct pointwise network_operator_3 = {
    .inputs = 4u,
    .outputs = 6u,
    .pixels = 32u,
    .channel_stride = 32u,
    .weights = weights_3,
    .requantise = requantise_3,
    .range = {0, 0, 255},
};

const struct depthwise_3x3 network_operator_4 = {
    .channels = 6u,
    .width_out = 16u,
    .parameters = parameters_4,
};

const struct pointwise network_operator_5 = {
    .inputs = 6u,
    .outputs = 8u,
    .pixels = 16u,
    .channel_stride = 16u,
    .weights = weights_5,
    .requantise = requantise_5,
    .range = {0, 0, 255},
};

const struct mean network_operator_6 = {
    .channels = 8u,
    .pixels = 16u,
    .offset = 0,
    .multiplier = 1812247650,
    .shift = -5,
    .zero_point = -128,
};

const struct dense network_operator_7 = {
    .inputs = 8u,
    .outputs = 3u,
    .weights = weights_7,
    .requantise = requantise_7,
    .zero_point = -32,
    .lowest = -128,
    .highest = 127,
};

const struct softmax network_operator_8 = {
    .classes = 3u,
    .multiplier = 1739611136,
    .left_shift = 21,
    .smallest_difference = -992,
};
