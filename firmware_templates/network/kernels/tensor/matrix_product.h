/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_MATMUL: a matrix product for each index of the outer axes; either may be a constant. */
#ifndef NETWORK_KERNELS_TENSOR_MATRIX_PRODUCT_H
#define NETWORK_KERNELS_TENSOR_MATRIX_PRODUCT_H

#include "network/kernels/tensor/range.h"

/* One of the two; steps are elements from one to the next. */
struct tensor_matrix {
    const int8_t *constant; /* NULL where it is the step's next input */
    uint32_t batch_step;    /* 0: the same matrix for all */
    uint32_t outer_step;    /* along the output's rows, or columns */
    uint32_t inner_step;    /* along what is summed */
    int32_t zero;
};

struct tensor_matrix_product_layer {
    uint32_t batches;
    uint32_t rows;
    uint32_t columns;
    uint32_t depth;
    struct tensor_matrix matrices[2];
    struct tensor_scale scale;
    struct tensor_range range;
};

/* A tensor_kernel; `layer` is a struct tensor_matrix_product_layer. */
void tensor_matrix_product_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
