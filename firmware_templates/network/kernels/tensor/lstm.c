/* SPDX-License-Identifier: Apache-2.0 */
#include "network/kernels/tensor/lstm.h"

#include "network/kernels/tensor/fraction.h"

#define GATE_INTEGER_BITS 3u /* of Q3.12 */

static int32_t clamp(int32_t value, int32_t lowest, int32_t highest) {
    return value < lowest ? lowest : (value > highest ? highest : value);
}

/* One side's share of a gate of one unit, in Q3.12 but of 32 bits. */
static int32_t share_of(const struct tensor_lstm_side *side, uint32_t row, uint32_t gate,
                        const int8_t *values) {
    const int8_t *weights = side->weights + row * side->values;
    int32_t sum = side->biases[row];
    for (uint32_t i = 0u; i < side->values; i++) {
        sum += values[i] * weights[i];
    }
    return requantise_scale_s32(sum, side->scales[gate].multiplier, side->scales[gate].shift);
}

/* Before its function: Q3.12, each sum saturated to 16 bits. */
static int32_t gate_of(const struct tensor_lstm_layer *lstm, uint32_t unit, uint32_t gate,
                       const int8_t *values, const int8_t *before) {
    const uint32_t row = gate * lstm->units + unit;
    const int32_t given = clamp(share_of(&lstm->row, row, gate, values), INT16_MIN, INT16_MAX);
    return clamp(given + share_of(&lstm->before, row, gate, before), INT16_MIN, INT16_MAX);
}

static int32_t next_cell(const struct tensor_lstm_layer *lstm, int32_t cell, int32_t forget,
                         int32_t added) {
    const uint32_t bits = 15u + lstm->cell_integer_bits; /* of Q0.30, to drop */
    const int32_t kept = fraction_divide_by_power(forget * cell, 15u);
    const int32_t sum = kept + fraction_divide_by_power(added, bits);
    const int32_t next = clamp(sum, INT16_MIN, INT16_MAX);
    return lstm->clip > 0 ? clamp(next, -lstm->clip, lstm->clip) : next;
}

void tensor_lstm_s8(const void *layer, const int8_t *const *inputs, int8_t *output) {
    const struct tensor_lstm_layer *const lstm = layer;
    int16_t cells[TENSOR_LSTM_MOST_UNITS];
    int8_t start[TENSOR_LSTM_MOST_UNITS];
    for (uint32_t unit = 0u; unit < lstm->units; unit++) {
        cells[unit] = 0;
        start[unit] = (int8_t)lstm->start;
    }
    const int8_t *values = inputs[0];
    const int8_t *before = start;
    for (uint32_t row = 0u; row < lstm->rows; row++) {
        for (uint32_t unit = 0u; unit < lstm->units; unit++) {
            int32_t gates[TENSOR_LSTM_GATES];
            for (uint32_t gate = 0u; gate < TENSOR_LSTM_GATES; gate++) {
                const int32_t sum = gate_of(lstm, unit, gate, values, before);
                gates[gate] = gate == TENSOR_LSTM_CELL ? fraction_tanh(sum, GATE_INTEGER_BITS)
                                                       : fraction_sigmoid(sum);
            }
            const int32_t added = gates[TENSOR_LSTM_INPUT] * gates[TENSOR_LSTM_CELL];
            const int32_t cell = next_cell(lstm, cells[unit], gates[TENSOR_LSTM_FORGET], added);
            const int32_t shown = fraction_tanh(cell, lstm->cell_integer_bits);
            cells[unit] = (int16_t)cell;
            output[unit] =
                tensor_requantise_s8(gates[TENSOR_LSTM_OUTPUT] * shown, &lstm->scale, &lstm->range);
        }
        values += lstm->row.values;
        before = output;
        output += lstm->units;
    }
}
