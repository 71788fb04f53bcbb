/* SPDX-License-Identifier: Apache-2.0 */
#include "library/decision.h"

#include <stdbool.h>
#include <string.h>

_Static_assert(NETWORK_CLASSES <= 8u * DECISION_MASK_BYTES, "a bit for each class");

static bool reaches(const struct decision_rule *rule, const int32_t *score_sums, uint32_t patches,
                    int32_t label) {
    return score_sums[label] >= rule->thresholds[label] * (int32_t)patches;
}

static void mark(struct decision *decision, int32_t label) {
    const uint32_t bit = (uint32_t)label;
    decision->detected[bit / 8u] |= (uint8_t)(1u << (bit % 8u));
}

static int32_t decide_softmax(const struct decision_rule *rule, const int32_t *score_sums,
                              uint32_t patches, struct decision *decision) {
    int32_t best = 0;
    for (int32_t label = 1; label < (int32_t)NETWORK_CLASSES; label++) {
        if (score_sums[label] > score_sums[best]) {
            best = label;
        }
    }
    if (!reaches(rule, score_sums, patches, best)) {
        best = rule->fallback;
    }
    if (best >= 0) {
        mark(decision, best);
    }
    return best;
}

static int32_t decide_sigmoid(const struct decision_rule *rule, const int32_t *score_sums,
                              uint32_t patches, struct decision *decision) {
    int32_t best = DECISION_UNDECIDED;
    for (int32_t label = 0; label < (int32_t)NETWORK_CLASSES; label++) {
        if (!reaches(rule, score_sums, patches, label)) {
            continue;
        }
        mark(decision, label);
        if (best < 0 || score_sums[label] > score_sums[best]) {
            best = label;
        }
    }
    return best;
}

void decision_make(const struct decision_rule *rule, const int32_t score_sums[NETWORK_CLASSES],
                   uint32_t patches, struct decision *decision) {
    memset(decision, 0, sizeof *decision);
    if (patches == 0u) {
        decision->label = DECISION_NO_PATCH;
    } else if (rule->head == DECISION_SIGMOID) {
        decision->label = decide_sigmoid(rule, score_sums, patches, decision);
    } else {
        decision->label = decide_softmax(rule, score_sums, patches, decision);
    }
}
