/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBRARY_DECISION_H
#define LIBRARY_DECISION_H

#include <stdint.h>

#include "network/network.h"

/*
 * From a clip's score sums to its answer. A class reaches its threshold where the mean of its
 * scores does: sum >= threshold * patches, in the scores' own steps.
 */

#define DECISION_NO_PATCH (-1)  /* no patch came of the clip */
#define DECISION_UNDECIDED (-2) /* no class reached its threshold */

#define DECISION_MASK_BYTES 32u /* a bit for each class */

enum decision_head {
    DECISION_SOFTMAX = 1, /* probabilities that sum to 1: the highest decides */
    DECISION_SIGMOID = 2, /* a probability for each class: all that reach theirs are detected */
    DECISION_LOGITS = 3,  /* a value for each class, no probability: the highest decides */
};

struct decision_rule {
    enum decision_head head;
    int32_t
        fallback; /* softmax: the class where none reaches its threshold, or DECISION_UNDECIDED */
    int8_t thresholds[NETWORK_CLASSES]; /* least mean score; -128: reached by any */
};

struct decision {
    int32_t label; /* the class of the highest sum, the lowest of equals; or one of the above */
    uint8_t detected[DECISION_MASK_BYTES]; /* bit c % 8 of byte c / 8: class c was detected */
};

/* The rule of this image. */
extern const struct decision_rule decision_rule;

void decision_make(const struct decision_rule *rule, const int32_t score_sums[NETWORK_CLASSES],
                   uint32_t patches, struct decision *decision);

#endif
