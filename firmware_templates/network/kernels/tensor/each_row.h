/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel on vectors, run on each row of a tensor's last axis. */
#ifndef NETWORK_KERNELS_TENSOR_EACH_ROW_H
#define NETWORK_KERNELS_TENSOR_EACH_ROW_H

#include <stdint.h>

struct tensor_each_row_layer {
    uint32_t rows;
    uint32_t inputs; /* of a row */
    uint32_t outputs;
    void (*kernel)(const void *layer, const int8_t *const *inputs, int8_t *output);
    const void *layer; /* the kernel's */
};

/* `layer` is a struct tensor_each_row_layer. */
void tensor_each_row_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
