/* SPDX-License-Identifier: Apache-2.0 */
/* The layers' constant records. Generated from tiny; do not edit. */
#ifndef NETWORK_NETWORK_WEIGHTS_H
#define NETWORK_NETWORK_WEIGHTS_H

#include "network/kernels/dense.h"
#include "network/kernels/depthwise_3x3.h"
#include "network/kernels/dequantise.h"
#include "network/kernels/im2col.h"
#include "network/kernels/mean.h"
#include "network/kernels/pointwise.h"
#include "network/kernels/row_ring.h"
#include "network/kernels/softmax.h"

extern const struct conv_window window_1_layer1_conv_2d;
extern const struct pointwise_layer layer_1_layer1_conv_2d;
extern const struct depthwise_3x3_layer layer_2_layer2_depthwise_conv_2d;
extern const struct pointwise_layer layer_3_layer3_conv_2d;
extern const struct depthwise_3x3_layer layer_4_layer4_depthwise_conv_2d;
extern const struct pointwise_layer layer_5_layer5_conv_2d;
extern const struct mean_layer layer_6_mean;
extern const struct dense_layer layer_7_dense;
extern const struct softmax_layer layer_8_softmax;

#endif
