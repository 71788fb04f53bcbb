/* SPDX-License-Identifier: Apache-2.0 */
/* A box of elements in a tensor: how far apart they are along each axis, the innermost last. */
#ifndef NETWORK_KERNELS_TENSOR_BOX_H
#define NETWORK_KERNELS_TENSOR_BOX_H

#include <stdint.h>

#include "network/dsp_intrinsics.h"

#define TENSOR_BOX_AXES 5

struct tensor_box {
    uint32_t shape[TENSOR_BOX_AXES]; /* at least 1 each */
    int32_t strides[TENSOR_BOX_AXES];
};

/* A place in a box that moves from row to row of its innermost axis; begins as zeros. */
struct tensor_box_walk {
    uint32_t index[TENSOR_BOX_AXES - 1];
};

/* How many rows of the innermost axis a box has. */
DSP_INLINE uint32_t tensor_box_rows(const uint32_t *shape) {
    uint32_t rows = 1u;
    for (uint32_t axis = 0u; axis + 1u < TENSOR_BOX_AXES; axis++) {
        rows *= shape[axis];
    }
    return rows;
}

/* Counts on; returns the axis that has moved. All axes inside of it are at 0 again. */
DSP_INLINE uint32_t tensor_box_count(const uint32_t *shape, struct tensor_box_walk *walk) {
    uint32_t axis = TENSOR_BOX_AXES - 1u;
    while (axis-- > 0u) {
        if (++walk->index[axis] < shape[axis]) {
            return axis;
        }
        walk->index[axis] = 0u;
    }
    return 0u;
}

/* The distance from one row to the next, given the axis that has moved. */
DSP_INLINE int32_t tensor_box_step(const uint32_t *shape, const int32_t *strides, uint32_t axis) {
    int32_t step = strides[axis];
    for (uint32_t inner = axis + 1u; inner + 1u < TENSOR_BOX_AXES; inner++) {
        step -= strides[inner] * (int32_t)(shape[inner] - 1u);
    }
    return step;
}

#endif
