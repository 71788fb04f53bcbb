/* SPDX-License-Identifier: Apache-2.0 */
#include "network/network.h"

#include <string.h>

#include "library/decision.h"
#include "fake_network.h"
#include "library/cycles.h"

struct fake_network fake;

/* The highest sum decides. */
const struct decision_rule decision_rule = {
    .head = DECISION_SOFTMAX,
    .fallback = DECISION_UNDECIDED,
    .thresholds = {-128, -128, -128},
};

void fake_begin(void) {
    memset(&fake, 0, sizeof fake);
}

void network_begin(void) {
    fake.filled = 0u;
    fake.begun = 1u;
}

int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]) {
    fake.cycles += FAKE_PUSH_CYCLES;
    if (fake.refuse_push != 0u && fake.pushes + 1u == fake.refuse_push) {
        return NETWORK_ERROR_PATCH_FULL;
    }
    if (!fake.begun) {
        return NETWORK_ERROR_NOT_BEGUN;
    }
    if (fake.filled == NETWORK_FRAMES) {
        return NETWORK_ERROR_PATCH_FULL;
    }
    memcpy(fake.patch[fake.filled], frame, NETWORK_BANDS);
    fake.filled++;
    fake.pushes++;
    if (fake.filled < NETWORK_FRAMES) {
        return NETWORK_MORE;
    }
    memcpy(fake.scores, fake.next_scores[fake.patches % FAKE_SCORES], sizeof fake.scores);
    if (fake.patches < FAKE_PATCHES) {
        memcpy(fake.history[fake.patches], fake.patch, sizeof fake.patch);
    }
    fake.patches++;
    return NETWORK_READY;
}

const int8_t *network_scores_s8(void) {
    return fake.scores;
}

/* Every look at the clock takes a cycle, so that forgotten laps show. */
uint32_t cycle_counter_now(void) {
    return ++fake.cycles;
}
