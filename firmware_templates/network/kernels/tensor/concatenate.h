/* SPDX-License-Identifier: Apache-2.0 */
/* CONCATENATION and PACK: blocks of each input in turn. */
#ifndef NETWORK_KERNELS_TENSOR_CONCATENATE_H
#define NETWORK_KERNELS_TENSOR_CONCATENATE_H

#include <stddef.h>
#include <stdint.h>

struct tensor_piece {
    const int8_t *constant; /* its values; NULL where it is the step's next input */
    uint32_t bytes;         /* of a block: all that is along the axis and inside of it */
};

struct tensor_concatenate_layer {
    uint32_t pieces;
    uint32_t blocks; /* of each piece: all that is outside the axis */
    const struct tensor_piece *piece;
};

/* `layer` is a struct tensor_concatenate_layer. */
void tensor_concatenate_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
