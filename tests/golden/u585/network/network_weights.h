/* SPDX-License-Identifier: Apache-2.0 */
/* The layers' constant records. Generated from tiny; do not edit. */
#ifndef NETWORK_NETWORK_WEIGHTS_H
#define NETWORK_NETWORK_WEIGHTS_H

#include "network/kernels/kernels.h"

extern const struct window network_window_1;
extern const struct pointwise network_operator_1;
extern const struct depthwise_3x3 network_operator_2;
extern const struct pointwise network_operator_3;
extern const struct depthwise_3x3 network_operator_4;
extern const struct pointwise network_operator_5;
extern const struct mean network_operator_6;
extern const struct dense network_operator_7;
extern const struct softmax network_operator_8;

#endif
