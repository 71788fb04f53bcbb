/* SPDX-License-Identifier: Apache-2.0 */
/* The way into the network: a frame of the front-end becomes a row of one plane. */
#ifndef NETWORK_KERNELS_FRAME_H
#define NETWORK_KERNELS_FRAME_H

#include <stdint.h>

void frame_bias_row_u8(const int8_t *frame, uint32_t bands, uint8_t *plane);

#endif
