/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/gate.h"

#include "frontend/dsp_words.h"

#define BLOCK 8u /* samples */
#define ONES 0x00010001

/* n^2 times the variance of n samples: exact, and blind to a constant offset of the converter. */
static uint64_t hop_scatter_q15(const int16_t hop[MEL_GATE_SAMPLES]) {
    int32_t sum = 0;
    uint64_t squares = 0u;
    const uint32_t blocks_end = MEL_GATE_SAMPLES / BLOCK * BLOCK;
    uint32_t n = 0u;
    for (; n < blocks_end; n += BLOCK) {
        const unaligned_word *const two = (const unaligned_word *)(const void *)&hop[n];
        sum = add_products_s32(two[0], ONES, sum);
        squares = add_products_u64(two[0], two[0], squares);
        sum = add_products_s32(two[1], ONES, sum);
        squares = add_products_u64(two[1], two[1], squares);
        sum = add_products_s32(two[2], ONES, sum);
        squares = add_products_u64(two[2], two[2], squares);
        sum = add_products_s32(two[3], ONES, sum);
        squares = add_products_u64(two[3], two[3], squares);
    }
    for (; n < MEL_GATE_SAMPLES; n++) {
        sum += hop[n];
        squares += (uint32_t)(hop[n] * hop[n]);
    }
    return MEL_GATE_SAMPLES * squares - (uint64_t)((int64_t)sum * sum);
}

void gate_reset(struct gate *self) {
    self->open_hops = 0u;
}

bool gate_push_q15(struct gate *self, const int16_t hop[MEL_GATE_SAMPLES]) {
    const uint64_t threshold =
        (uint64_t)(GATE_THRESHOLD_RMS * MEL_GATE_SAMPLES) * (GATE_THRESHOLD_RMS * MEL_GATE_SAMPLES);
    if (hop_scatter_q15(hop) >= threshold) {
        self->open_hops = GATE_HANGOVER_HOPS + 1u;
    } else if (self->open_hops > 0u) {
        self->open_hops--;
    }
    return self->open_hops > 0u;
}
