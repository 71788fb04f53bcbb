/* SPDX-License-Identifier: Apache-2.0 */
/* DEQUANTIZE, in single precision. */
#ifndef NETWORK_KERNELS_DEQUANTISE_H
#define NETWORK_KERNELS_DEQUANTISE_H

#include <stdint.h>

void dequantise_scale_f32(const int8_t *values, uint32_t count, float scale, int32_t zero_point,
                          float *reals);

#endif
