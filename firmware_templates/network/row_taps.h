/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows on their way to network_tap(), back in the order and offset of the .tflite's own tensors.
 * Without M2M_TAPS they are nothing.
 */
#ifndef NETWORK_ROW_TAPS_H
#define NETWORK_ROW_TAPS_H

#include "network/network.h"

#if M2M_TAPS
/* A row laid out in columns, and one in planes: see kernels/kernels.h. */
void row_tap_columns(uint32_t operator_index, uint32_t row, const int16_t *columns,
                     uint32_t channels, uint32_t pixels);
void row_tap_planes(uint32_t operator_index, uint32_t row, const uint8_t *planes,
                    uint32_t channel_stride, uint32_t channels, uint32_t pixels);
/* A row that is in order already. */
#define row_tap_values(operator_index, row, values, bytes)                                         \
    network_tap(operator_index, row, values, bytes)
#else
#define row_tap_columns(operator_index, row, columns, channels, pixels) ((void)0)
#define row_tap_planes(operator_index, row, planes, channel_stride, channels, pixels) ((void)0)
#define row_tap_values(operator_index, row, values, bytes) ((void)0)
#endif

#endif
