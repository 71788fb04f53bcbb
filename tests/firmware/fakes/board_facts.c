/* SPDX-License-Identifier: Apache-2.0 */
/* What the test's board is: identity, decision rule, image and stack. */
#include "app/identity.h"
#include "core/image.h"
#include "core/stack.h"
#include "library/decision.h"

const char identity_board[16] = "testboard";
const char identity_engine[16] = "fake";
const uint8_t identity_model_sha256[32] = {0xAB, 0xCD};
const uint8_t identity_frontend[4] = {1, 2, 3, 4};
const uint32_t identity_sample_rate_hz = 22050;

const struct decision_rule decision_rule = {
    .head = DECISION_SIGMOID,
    .fallback = DECISION_UNDECIDED,
    .thresholds = {-128, 26, 127},
};

const uint8_t *image_begin(void) {
    return identity_model_sha256;
}

uint32_t image_bytes(void) {
    return sizeof identity_model_sha256;
}

uint32_t image_static_bytes(void) {
    return 777u;
}

uint32_t stack_bytes(void) {
    return 8192u;
}

uint32_t stack_high_water_bytes(void) {
    return 1000u;
}
