/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/matrix_product.h"

#include <stddef.h>

static int32_t inner_product(const struct tensor_matrix_product_layer *product, const int8_t *first,
                             const int8_t *second) {
    const struct tensor_matrix *matrices = product->matrices;
    int32_t sum = 0;
    for (uint32_t i = 0u; i < product->depth; i++) {
        sum += (first[i * matrices[0].inner_step] - matrices[0].zero) *
               (second[i * matrices[1].inner_step] - matrices[1].zero);
    }
    return sum;
}

void tensor_matrix_product_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_matrix_product_layer *const product = layer;
    const struct tensor_matrix *matrices = product->matrices;
    const int8_t *values[2];
    for (uint32_t i = 0u; i < 2u; i++) {
        values[i] = matrices[i].constant != NULL ? matrices[i].constant : *inputs++;
    }
    for (uint32_t batch = 0u; batch < product->batches; batch++) {
        for (uint32_t row = 0u; row < product->rows; row++) {
            const int8_t *first =
                values[0] + batch * matrices[0].batch_step + row * matrices[0].outer_step;
            const int8_t *second = values[1] + batch * matrices[1].batch_step;
            for (uint32_t column = 0u; column < product->columns; column++) {
                const int32_t sum = inner_product(product, first, second);
                *output++ = tensor_requantise_s8(sum, &product->scale, &product->range);
                second += matrices[1].outer_step;
            }
        }
    }
}
