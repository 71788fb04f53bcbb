/* SPDX-License-Identifier: Apache-2.0 */
#include "frontend/gate.h"

/* n^2 times the variance of n samples: exact, and blind to a constant offset of the converter. */
static uint64_t hop_scatter_q15(const int16_t hop[MEL_GATE_SAMPLES]) {
    int32_t sum = 0;
    uint64_t squares = 0u;
    for (uint32_t n = 0u; n < MEL_GATE_SAMPLES; n++) {
        const int32_t sample = hop[n];
        sum += sample;
        squares += (uint32_t)(sample * sample);
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
