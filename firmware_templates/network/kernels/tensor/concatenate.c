/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/concatenate.h"

void tensor_concatenate_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_concatenate_layer *const concatenate = layer;
    uint32_t row_bytes = 0u;
    for (uint32_t i = 0u; i < concatenate->pieces; i++) {
        row_bytes += concatenate->piece[i].bytes;
    }
    for (uint32_t i = 0u; i < concatenate->pieces; i++) {
        const struct tensor_piece *piece = &concatenate->piece[i];
        const int8_t *value = piece->constant != NULL ? piece->constant : *inputs++;
        int8_t *place = output;
        for (uint32_t block = 0u; block < concatenate->blocks; block++) {
            for (uint32_t k = 0u; k < piece->bytes; k++) {
                place[k] = *value++;
            }
            place += row_bytes;
        }
        output += piece->bytes;
    }
}
