/* SPDX-License-Identifier: Apache-2.0 */
/* Two tensors that are combined element by element; either may be repeated along an axis. */
#ifndef NETWORK_KERNELS_TENSOR_PAIR_H
#define NETWORK_KERNELS_TENSOR_PAIR_H

#include <stddef.h>

#include "network/kernels/tensor/box.h"

struct tensor_operand {
    const int8_t *constant; /* its values; NULL where it is the step's next input */
    int32_t strides[TENSOR_BOX_AXES];
};

struct tensor_pair {
    uint32_t shape[TENSOR_BOX_AXES]; /* of the output */
    struct tensor_operand operands[2];
};

/* A row of the innermost axis. */
struct tensor_pair_row {
    const int8_t *values[2];
    int32_t strides[2];
    uint32_t count;
};

typedef void tensor_pair_kernel(const void *layer, const struct tensor_pair_row *row,
                                int8_t *output);

/* Gives each row of the output to `kernel`, with `layer`. */
void tensor_pair_walk(const struct tensor_pair *pair, const int8_t *const *inputs, int8_t *output,
                      tensor_pair_kernel *kernel, const void *layer);

#endif
