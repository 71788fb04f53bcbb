/* SPDX-License-Identifier: Apache-2.0 */
/* Each message that the firmware sends, against what is due: see answers.h. */
#include <string.h>

#include "answers.h"
#include "answers_state.h"
#include "app/wire.h"
#include "net.h"
#include "require.h"

static void take_features(const uint8_t *payload, uint32_t bytes) {
    struct wire_features header;
    REQUIRE(session.due.patches && session.features && bytes > sizeof header, "features in a clip");
    memcpy(&header, payload, sizeof header);
    const uint32_t count = (bytes - (uint32_t)sizeof header) / NETWORK_BANDS;
    REQUIRE(header.clip_id == session.clip_id, "features are of the clip");
    REQUIRE(header.first_frame == session.features_sent, "frames come one after the other");
    for (uint32_t i = 0u; i < count; i++) {
        REQUIRE(memcmp(&payload[sizeof header + i * NETWORK_BANDS],
                       net_frame(session.features_sent + i), NETWORK_BANDS) == 0,
                "a frame comes as the network gets it");
    }
    session.features_sent += count;
    REQUIRE(session.features_sent <= net_frames(), "no frame comes before it is there");
}

static void take_patch(const uint8_t *payload, uint32_t bytes) {
    struct wire_patch_result result;
    REQUIRE(session.due.patches && bytes == sizeof result + NETWORK_CLASSES, "a patch in its time");
    memcpy(&result, payload, sizeof result);
    const int8_t *scores = (const int8_t *)&payload[sizeof result];
    REQUIRE(memcmp(scores, network_scores_s8(), NETWORK_CLASSES) == 0, "the network's scores");
    if (session.due.is_frame) {
        REQUIRE(result.clip_id == session.patch_id && result.patch_index == 0u, "of FRAMES");
        return;
    }
    REQUIRE(result.clip_id == session.clip_id, "a patch is of the clip");
    REQUIRE(result.patch_index == session.patches_sent, "patches come one after the other");
    session.patches_sent++;
    for (uint32_t class = 0u; class < NETWORK_CLASSES; class++) {
        session.sums[class] += scores[class];
    }
}

static void take_tap(const uint8_t *payload, uint32_t bytes) {
    struct wire_tap tap;
    REQUIRE(session.due.patches && bytes >= sizeof tap, "a tap in its time");
    memcpy(&tap, payload, sizeof tap);
    const uint32_t index = tap.operator_index;
    REQUIRE(index <= WIRE_TAP_CYCLES, "a tap is of an operator");
    const uint32_t selected = session.selected[index / 8u];
    REQUIRE((selected >> (index % 8u) & 1u) != 0u, "which was selected");
    for (uint32_t i = sizeof tap; i < bytes && index != WIRE_TAP_CYCLES; i++) {
        REQUIRE(payload[i] == net_tapped_value(), "a tap has the row's values");
    }
}

static void take_result(const uint8_t *payload, uint32_t bytes) {
    struct wire_clip_result result;
    REQUIRE(bytes == sizeof result + sizeof session.sums, "CLIP_RESULT is whole");
    memcpy(&result, payload, sizeof result);
    REQUIRE(result.clip_id == session.clip_id, "the answer is the clip's");
    REQUIRE(result.samples == session.samples, "all samples were taken");
    REQUIRE(net_checksum() == session.checksum, "each once, and in order");
    REQUIRE(result.frames == net_frames(), "all frames");
    REQUIRE(result.patches == session.patches_sent, "as many patches as were sent");
    REQUIRE(memcmp(&payload[sizeof result], session.sums, sizeof session.sums) == 0, "their sums");
    REQUIRE(!session.features || session.features_sent == net_frames(), "no frame is left behind");
    session.state = NO_CLIP;
}

/* In a clip without end: between two messages of it. */
static void take_weights_refused(const struct wire_refused *refused) {
    (void)answers_look_at_weights();
    REQUIRE(refused->detail == session.damaged_crc, "weights are refused with their CRC");
    REQUIRE(refused->clip_id == session.clip_id, "and their clip");
    answers_drop();
    session.due.came = true;
}

static void take_refused(const uint8_t *payload, uint32_t bytes) {
    struct wire_refused refused;
    REQUIRE(bytes == sizeof refused, "REFUSED is whole");
    memcpy(&refused, payload, sizeof refused);
    if (session.due.weights_may_be_told && refused.code == WIRE_WEIGHTS) {
        take_weights_refused(&refused);
        return;
    }
    REQUIRE(session.due.type == WIRE_REFUSED, "nothing is refused that is right");
    REQUIRE(memcmp(payload, &session.due.refused, bytes) == 0, "a refusal has its reason");
    session.features = session.state >= OPEN && session.features;
}

static void take_resumed(const uint8_t *payload, uint32_t bytes) {
    struct wire_resumed resumed;
    REQUIRE(bytes == sizeof resumed, "RESUMED is whole");
    memcpy(&resumed, payload, sizeof resumed);
    REQUIRE(resumed.clip_id == session.due.resumed.clip_id, "the clip that is held");
    REQUIRE(resumed.samples == session.due.resumed.samples, "and how much of it was taken");
}

static void take_hello(const uint8_t *payload, uint32_t bytes) {
    struct wire_hello hello;
    REQUIRE(bytes >= sizeof hello, "HELLO is whole");
    memcpy(&hello, payload, sizeof hello);
    REQUIRE(hello.nonce == session.due.nonce, "HELLO brings the nonce back");
    REQUIRE(((hello.flags & WIRE_HELLO_WEIGHTS_DAMAGED) != 0u) == session.damaged, "and damage");
}

static void take_check(const uint8_t *payload, uint32_t bytes) {
    struct wire_check check;
    REQUIRE(bytes == sizeof check, "CHECK is whole");
    memcpy(&check, payload, sizeof check);
    REQUIRE(check.weights_crc_found == net_weights_crc(), "CHECK tells what is there");
    REQUIRE(check.damaged_canaries == 0u, "and that the words beside the rings stay");
}

void answers_take(uint8_t type, const uint8_t *payload, uint32_t bytes) {
    if (type == WIRE_CREDIT || type == WIRE_FAULT_REPORT) {
        return;
    }
    if (!session.started) {
        REQUIRE(type == WIRE_HELLO, "a start is told first");
        session.started = true;
        return;
    }
    if (type == WIRE_FEATURES) {
        take_features(payload, bytes);
        return;
    }
    if (type == WIRE_TAP) {
        take_tap(payload, bytes);
        return;
    }
    if (type == WIRE_PATCH_RESULT) {
        take_patch(payload, bytes);
    }
    if (type == WIRE_REFUSED) {
        take_refused(payload, bytes);
    }
    if (type == session.due.type) {
        REQUIRE(!session.due.came, "an answer comes once");
        session.due.came = true;
    } else {
        REQUIRE(type == WIRE_PATCH_RESULT || type == WIRE_REFUSED, "nobody asked for it");
    }
    if (type == WIRE_HELLO) {
        take_hello(payload, bytes);
    } else if (type == WIRE_RESUMED) {
        take_resumed(payload, bytes);
    } else if (type == WIRE_CHECK) {
        take_check(payload, bytes);
    } else if (type == WIRE_CLIP_RESULT) {
        take_result(payload, bytes);
    }
}
