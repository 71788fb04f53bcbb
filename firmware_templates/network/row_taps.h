/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows on their way to network_tap(), back in the order and offset of the .tflite's own tensors.
 * Without M2M_TAPS they are nothing.
 */
#ifndef NETWORK_ROW_TAPS_H
#define NETWORK_ROW_TAPS_H

#include "network/network.h"
#include "network/stream.h"

#if M2M_TAPS
/* The row that a stage has left in the columns, and a group of the one that it makes; the row is
 * told with its last group. */
void row_tap_columns(const struct stage *stage, uint32_t row);
void row_tap_planes(const struct stage *stage, uint32_t row, uint32_t group);
/* A row that is in order already. */
void row_tap_values(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes);
/* The scores as float32. */
void row_tap_probabilities(uint32_t operator_index);
#else
#define row_tap_columns(stage, row) ((void)0)
#define row_tap_planes(stage, row, group) ((void)0)
#define row_tap_values(operator_index, row, values, bytes) ((void)0)
#define row_tap_probabilities(operator_index) ((void)0)
#endif

#endif
