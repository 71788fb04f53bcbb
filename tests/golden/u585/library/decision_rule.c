/* SPDX-License-Identifier: Apache-2.0 */
/* How this image decides a clip: softmax, thresholds as mean scores in steps of 1/256 from -128. */
/* Set by the decision settings beside the model, or by --threshold. */
#include "library/classes.h"
#include "library/decision.h"

const struct decision_rule decision_rule = {
    .head = DECISION_SOFTMAX,
    .fallback = DECISION_UNDECIDED,
    .thresholds = {
        [M2M_CLASS_BARK] = -128,
        [M2M_CLASS_RAIN] = -128,
        [M2M_CLASS_SILENCE] = -128,
    },
};
