/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of the values in a box, for the kernels that reduce by it. */
#ifndef NETWORK_KERNELS_TENSOR_SUM_OF_H
#define NETWORK_KERNELS_TENSOR_SUM_OF_H

#include "network/kernels/tensor/box.h"

static int32_t sum_of(const struct tensor_box *reduced, const int8_t *values) {
    const uint32_t count = reduced->shape[TENSOR_BOX_AXES - 1u];
    const int32_t stride = reduced->strides[TENSOR_BOX_AXES - 1u];
    struct tensor_box_walk walk = {{0u}};
    int32_t sum = 0, first = 0;
    for (uint32_t rows = tensor_box_rows(reduced->shape); rows > 0u; rows--) {
        int32_t place = first;
        for (uint32_t i = 0u; i < count; i++, place += stride) {
            sum += values[place];
        }
        const uint32_t axis = tensor_box_count(reduced->shape, &walk);
        first += tensor_box_step(reduced->shape, reduced->strides, axis);
    }
    return sum;
}

#endif
