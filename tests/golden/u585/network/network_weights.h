/* SPDX-License-Identifier: Apache-2.0 */
/* The layers' constant tables and records. Generated from tiny; do not edit. */
#ifndef NETWORK_NETWORK_WEIGHTS_H
#define NETWORK_NETWORK_WEIGHTS_H

#include "network/kernels/convolution_scaled.h"
#include "network/kernels/dense.h"
#include "network/kernels/depthwise_scaled.h"
#include "network/kernels/dequantise.h"
#include "network/kernels/mean.h"
#include "network/kernels/pointwise.h"
#include "network/kernels/row_ring.h"
#include "network/kernels/softmax.h"

extern const struct scaled_3x3 parameters_1_layer1_conv_2d[4];
extern const struct scaled_3x3 parameters_2_layer2_depthwise_conv_2d[4];
extern const uint32_t weights_3_layer3_conv_2d[6];
extern const struct requantise requantise_3_layer3_conv_2d[6];
extern const struct scaled_3x3 parameters_4_layer4_depthwise_conv_2d[6];
extern const uint32_t weights_5_layer5_conv_2d[12];
extern const struct requantise requantise_5_layer5_conv_2d[8];
extern const int8_t weights_7_dense[24];
extern const struct dense_output requantise_7_dense[3];
extern const struct interleave_layer window_1_layer1_conv_2d;
extern const struct convolution_scaled_layer layer_1_layer1_conv_2d;
extern const struct depthwise_scaled_layer layer_2_layer2_depthwise_conv_2d;
extern const struct pointwise_layer layer_3_layer3_conv_2d;
extern const struct depthwise_scaled_layer layer_4_layer4_depthwise_conv_2d;
extern const struct pointwise_layer layer_5_layer5_conv_2d;
extern const struct mean_layer layer_6_mean;
extern const struct dense_layer layer_7_dense;
extern const struct softmax_layer layer_8_softmax;

#endif
