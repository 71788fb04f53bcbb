/* SPDX-License-Identifier: Apache-2.0 */
/* FULLY_CONNECTED, on int8 vectors. */
#ifndef NETWORK_KERNELS_DENSE_H
#define NETWORK_KERNELS_DENSE_H

#include <stdint.h>

struct dense_output {
    int64_t multiplier;
    int32_t bias;   /* the input's zero point has been folded in */
    uint32_t shift; /* to the right, 1..62 */
};

struct dense_layer {
    uint32_t inputs;
    uint32_t outputs;
    const int8_t *weights; /* [output][input] */
    const struct dense_output *requantise;
    int32_t zero_point;
    int32_t lowest;
    int32_t highest;
};

/* A tensor_kernel; `layer` is a struct dense_layer. */
void dense_multiply_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
