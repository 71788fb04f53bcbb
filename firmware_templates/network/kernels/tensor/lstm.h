/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UNIDIRECTIONAL_SEQUENCE_LSTM on int8 rows, with a cell state of 16 bits: as the TFLite reference,
 * whose gates are fixed-point numbers of 16 bits too.
 */
#ifndef NETWORK_KERNELS_TENSOR_LSTM_H
#define NETWORK_KERNELS_TENSOR_LSTM_H

#include "network/kernels/tensor/range.h"

#define TENSOR_LSTM_MOST_UNITS 128u /* their cell states are on the stack */

enum tensor_lstm_gate {
    TENSOR_LSTM_INPUT,
    TENSOR_LSTM_FORGET,
    TENSOR_LSTM_CELL,
    TENSOR_LSTM_OUTPUT,
    TENSOR_LSTM_GATES
};

/* What the gates take of the row, or of the output before it. */
struct tensor_lstm_side {
    const int8_t *weights; /* [gates][units][values] */
    const int32_t *biases; /* [gates][units], with the zero point folded in */
    uint32_t values;
    struct tensor_scale scales[TENSOR_LSTM_GATES]; /* to Q3.12 */
};

struct tensor_lstm_layer {
    uint32_t rows;
    uint32_t units;
    struct tensor_lstm_side row;
    struct tensor_lstm_side before;
    uint32_t cell_integer_bits; /* a cell state is a fraction of 15 bits less these */
    int32_t clip;               /* of cell states; 0: none */
    int32_t start;              /* what stands for the output before the first row */
    struct tensor_scale scale;  /* from Q0.30 to the output */
    struct tensor_range range;
};

/* A tensor_kernel; `layer` is a struct tensor_lstm_layer. */
void tensor_lstm_s8(const void *layer, const int8_t *const *inputs, int8_t *output);

#endif
