/* SPDX-License-Identifier: Apache-2.0 */
#include "answers.h"

#include <stdbool.h>
#include <string.h>

#include "app/wire.h"
#include "frontend/frontend.h"
#include "net.h"
#include "require.h"

enum state {
    NO_CLIP,
    DROPPED,
    OPEN,
    HELD,
};

/* Of the message that was received last. */
struct due {
    uint8_t type; /* that answers it once; 0: none does */
    bool came;
    bool patches;  /* PATCH_RESULT, FEATURES and TAP may come */
    bool is_frame; /* they are of FRAMES */
    struct wire_refused refused;
    bool was_refused;
    uint32_t nonce;
    struct wire_resumed resumed;
};

static struct {
    enum state state;
    struct due due;
    uint32_t clip_id;
    uint32_t samples;
    uint32_t checksum;
    bool features;
    uint32_t features_sent;
    uint32_t patches_sent;
    int32_t sums[NETWORK_CLASSES];
    uint32_t next_frame; /* of FRAMES */
    uint32_t patch_id;
    uint8_t selected[WIRE_TAP_MASK_BYTES];
    bool started; /* HELLO was sent at the start */
} session;

void answers_begin(void) {
    memset(&session, 0, sizeof session);
}

/* --- What is due ------------------------------------------------------------------------------ */

static void drop(void) {
    session.state = DROPPED;
    session.features = false;
    session.next_frame = 0u;
}

static void refuse(uint16_t code, uint32_t detail, uint8_t expected, uint8_t sequence) {
    session.due.type = WIRE_REFUSED;
    session.due.refused = (struct wire_refused){
        .code = code,
        .expected_sequence = expected,
        .sequence = sequence,
        .detail = detail,
        .clip_id = session.state == OPEN ? session.clip_id : WIRE_NO_CLIP_ID,
    };
}

static void refuse_message(const struct link_received *received, uint16_t code, uint32_t detail) {
    refuse(code, detail, received->sequence, received->sequence);
    drop();
}

static bool has_length(const struct link_received *received, uint32_t bytes) {
    if (received->payload_bytes != bytes) {
        refuse_message(received, WIRE_LENGTH, received->payload_bytes);
        return false;
    }
    return true;
}

static void expect_hello(const struct link_received *received) {
    struct wire_hello_request request = {0};
    if (received->payload_bytes >= sizeof request) {
        memcpy(&request, received->payload, sizeof request);
    }
    drop();
    session.state = NO_CLIP;
    session.due.type = WIRE_HELLO;
    session.due.nonce = request.nonce;
}

static void begin_clip(const struct link_received *received) {
    struct wire_clip_begin begin;
    if (!has_length(received, sizeof begin)) {
        return;
    }
    memcpy(&begin, received->payload, sizeof begin);
    session.state = OPEN;
    session.clip_id = begin.clip_id;
    session.samples = 0u;
    session.checksum = 0u;
    session.features = (begin.flags & WIRE_CLIP_FEATURES) != 0u;
    session.features_sent = 0u;
    session.patches_sent = 0u;
    memset(session.sums, 0, sizeof session.sums);
    session.next_frame = 0u;
}

/* Whether the message is of a clip that is open; if not, what comes of that. */
static bool is_of_clip(const struct link_received *received) {
    if (session.state == NO_CLIP) {
        refuse_message(received, WIRE_NO_CLIP, 0u);
    }
    return session.state == OPEN;
}

static void take_audio(const struct link_received *received) {
    const uint32_t bytes = received->payload_bytes;
    if (!is_of_clip(received)) {
        return;
    }
    if (bytes % 2u != 0u || bytes > 2u * WIRE_AUDIO_LIMIT_SAMPLES) {
        refuse_message(received, WIRE_LENGTH, bytes);
        return;
    }
    session.due.patches = true;
    for (uint32_t at = 0u; at < bytes; at += 2u) {
        int16_t sample;
        memcpy(&sample, &received->payload[at], sizeof sample);
        if (sample == FRONTEND_BAD_SAMPLE) {
            const bool features = session.features;
            refuse_message(received, WIRE_INTERNAL, (uint32_t)-FRONTEND_ERROR);
            session.features = features; /* frames before the bad sample may come */
            return;
        }
        session.checksum = frontend_checksum(session.checksum, sample);
        session.samples++;
    }
}

static void end_clip(const struct link_received *received) {
    struct wire_clip_end end;
    if (!is_of_clip(received) || !has_length(received, sizeof end)) {
        return;
    }
    memcpy(&end, received->payload, sizeof end);
    if (end.sample_count != session.samples) {
        refuse_message(received, WIRE_SAMPLE_COUNT, session.samples);
        return;
    }
    session.due.patches = true;
    session.due.type = WIRE_CLIP_RESULT;
}

static void resume(const struct link_received *received) {
    struct wire_resume_request request;
    if (!has_length(received, sizeof request)) {
        return;
    }
    memcpy(&request, received->payload, sizeof request);
    const bool held = session.state >= OPEN && request.clip_id == session.clip_id;
    session.state = held ? OPEN : session.state;
    session.due.type = WIRE_RESUMED;
    session.due.resumed.clip_id = held ? session.clip_id : WIRE_NO_CLIP_ID;
    session.due.resumed.samples = held ? session.samples : 0u;
}

static void select_taps(const struct link_received *received) {
    if (has_length(received, sizeof session.selected)) {
        memcpy(session.selected, received->payload, sizeof session.selected);
    }
}

static void take_frames(const struct link_received *received) {
    struct wire_frames header;
    const uint32_t bytes = received->payload_bytes;
    if (bytes < sizeof header || (bytes - sizeof header) % NETWORK_BANDS != 0u) {
        refuse_message(received, WIRE_LENGTH, bytes);
        return;
    }
    if (session.state >= OPEN) {
        refuse_message(received, WIRE_FRAME_ORDER, 0u);
        return;
    }
    memcpy(&header, received->payload, sizeof header);
    const uint32_t count = (bytes - (uint32_t)sizeof header) / NETWORK_BANDS;
    session.next_frame = header.first_frame == 0u ? 0u : session.next_frame;
    if (header.first_frame != session.next_frame || count > NETWORK_FRAMES - session.next_frame) {
        refuse_message(received, WIRE_FRAME_ORDER, session.next_frame);
        return;
    }
    session.due.patches = true;
    session.due.is_frame = true;
    session.patch_id = header.patch_id;
    session.next_frame += count;
    if (session.next_frame == NETWORK_FRAMES) {
        session.due.type = WIRE_PATCH_RESULT;
        session.next_frame = 0u;
    }
}

static void ask_for(const struct link_received *received, uint8_t answer) {
    if (has_length(received, 0u)) {
        session.due.type = answer;
    }
}

static void expect_answer(const struct link_received *received) {
    switch (received->type) {
    case WIRE_HELLO_REQUEST:
        expect_hello(received);
        break;
    case WIRE_CLIP_BEGIN:
        begin_clip(received);
        break;
    case WIRE_CLIP_AUDIO:
        take_audio(received);
        break;
    case WIRE_CLIP_END:
        end_clip(received);
        break;
    case WIRE_RESUME_REQUEST:
        resume(received);
        break;
    case WIRE_MEMORY_REQUEST:
        ask_for(received, WIRE_MEMORY);
        break;
    case WIRE_RULE_REQUEST:
        ask_for(received, WIRE_RULE);
        break;
#ifdef WIRE_CHECK_REQUEST
    case WIRE_CHECK_REQUEST:
        ask_for(received, WIRE_CHECK);
        break;
#endif
#if M2M_TAPS
    case WIRE_TAP_SELECT:
        select_taps(received);
        break;
    case WIRE_FRAMES:
        take_frames(received);
        break;
#endif
    default:
        refuse_message(received, WIRE_UNKNOWN, received->type);
        break;
    }
#if !M2M_TAPS
    (void)select_taps;
    (void)take_frames;
#endif
}

void answers_expect(enum link_event event, const struct link_received *received) {
    answers_end();
    session.due = (struct due){0};
    if (event == LINK_PROBLEM) {
        refuse(received->code, received->detail, received->expected_sequence, received->sequence);
        if (session.state == OPEN) {
            session.state = HELD;
        } else if (session.state != HELD) {
            drop();
        }
    } else if (event == LINK_MESSAGE) {
        expect_answer(received);
    }
}

void answers_end(void) {
    REQUIRE(session.due.type == 0u || session.due.came, "what was asked for is answered");
}

/* --- What comes ------------------------------------------------------------------------------- */

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
    REQUIRE((session.selected[index / 8u] >> (index % 8u) & 1u) != 0u, "which was selected");
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

static void take_refused(const uint8_t *payload, uint32_t bytes) {
    REQUIRE(bytes == sizeof session.due.refused, "REFUSED is whole");
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
    if (type == session.due.type) {
        REQUIRE(!session.due.came, "an answer comes once");
        session.due.came = true;
    } else {
        REQUIRE(type == WIRE_PATCH_RESULT, "nothing is sent that nobody asked for");
    }
    if (type == WIRE_HELLO) {
        take_hello(payload, bytes);
    } else if (type == WIRE_RESUMED) {
        take_resumed(payload, bytes);
    } else if (type == WIRE_REFUSED) {
        take_refused(payload, bytes);
    } else if (type == WIRE_CLIP_RESULT) {
        take_result(payload, bytes);
    }
}
