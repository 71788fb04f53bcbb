/* SPDX-License-Identifier: Apache-2.0 */
/* The way into a network whose bands are channels: each value of a frame is a plane of its own. */
#ifndef NETWORK_KERNELS_FRAME_PLANES_H
#define NETWORK_KERNELS_FRAME_PLANES_H

#include <stdint.h>

/* Rows of one pixel; `channel_stride` bytes from plane to plane. */
void frame_bias_planes_u8(const int8_t *frame, uint32_t bands, uint32_t channel_stride,
                          uint8_t *planes);

#endif
