/* SPDX-License-Identifier: Apache-2.0 */
/* A clip's answer: softmax, thresholds as mean scores in steps of 1/256 from -128. */
/* Set by the decision settings beside the model, or by --threshold. */
#include "app/decision.h"

const struct decision_rule decision_rule = {
    .head = DECISION_SOFTMAX,
    .fallback = -2,
    .thresholds = {
        -128, -128, -128,
    },
};
