/* SPDX-License-Identifier: Apache-2.0 */
#include "answers.h"

#include <stdbool.h>
#include <string.h>

#include "answers_state.h"
#include "app/wire.h"
#include "frontend/frontend.h"
#include "require.h"

struct answers session;

void answers_begin(void) {
    memset(&session, 0, sizeof session);
}

void answers_drop(void) {
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
    answers_drop();
}

bool answers_look_at_weights(void) {
    if (!net_weights_are_right() && !session.damaged) {
        session.damaged = true;
        session.damaged_crc = net_weights_crc();
    }
    return !session.damaged;
}

static bool weights_are_right(const struct link_received *received, bool right) {
    if (!right) {
        refuse_message(received, WIRE_WEIGHTS, session.damaged_crc);
    }
    return right;
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
    answers_drop();
    session.state = NO_CLIP;
    session.due.type = WIRE_HELLO;
    session.due.nonce = request.nonce;
}

static void begin_clip(const struct link_received *received) {
    struct wire_clip_begin begin;
    if (!has_length(received, sizeof begin) || !weights_are_right(received, !session.damaged)) {
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
    session.due.weights_may_be_told = session.damaged || !net_weights_are_right();
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
    const bool features = session.features;
    if (!weights_are_right(received, answers_look_at_weights())) {
        session.features = features; /* the last frames come before */
    }
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
        (void)weights_are_right(received, answers_look_at_weights());
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
    case WIRE_CHECK_REQUEST:
        ask_for(received, WIRE_CHECK);
        (void)(received->payload_bytes != 0u || answers_look_at_weights());
        break;
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
            answers_drop();
        }
    } else if (event == LINK_MESSAGE) {
        expect_answer(received);
    }
}

void answers_end(void) {
    REQUIRE(session.due.type == 0u || session.due.came, "what was asked for is answered");
}
