/* SPDX-License-Identifier: Apache-2.0 */
/* LOG_SOFTMAX, on int8 vectors. */
#ifndef NETWORK_KERNELS_LOG_SOFTMAX_H
#define NETWORK_KERNELS_LOG_SOFTMAX_H

#include <stdint.h>

#include "network/kernels/softmax.h"

/* A tensor_kernel; `layer` is a struct softmax_layer. The scores have scale 1/16 and zero point
 * 127. */
void log_softmax_normalise_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
