/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one int8 value, from a table of all 256. */
#ifndef NETWORK_KERNELS_TENSOR_LOOK_UP_H
#define NETWORK_KERNELS_TENSOR_LOOK_UP_H

#include <stdint.h>

struct tensor_look_up_layer {
    uint32_t count;
    const int8_t *table; /* of -128, -127 ... 127 */
};

/* `layer` is a struct tensor_look_up_layer; the output may be where the input does. */
void tensor_look_up_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
