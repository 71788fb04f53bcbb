/* SPDX-License-Identifier: Apache-2.0 */
/* A whole session: messages whose types and fields the input chooses, with valid CRC and sequence
 * but for those that the line damages. A result is exact or it is not given; each message has the
 * answers that docs/wire.md says. */

#include "app/session.h"

#include <string.h>

#include "answers.h"
#include "app/self_check.h"
#include "app/wire.h"
#include "conversation.h"
#include "core/fault.h"
#include "frontend/frontend.h"
#include "host.h"
#include "input.h"
#include "net.h"
#include "require.h"
#include "taken.h"
#include "watch.h"

#define MOST_ACTS 400u
#define FIRST_MESSAGE 0xC0u /* of an act's byte: from here on it is a message */
#define FAULT 0xBFu
#define WEIGHTS 0xBEu
#define MOST_SAMPLES 260u /* a frame from the host holds so many, and a message fewer */

static uint32_t clip_samples; /* that the host has sent of the clip */
static uint32_t next_frame;   /* of FRAMES */
static uint32_t faults;

void on_sent(uint8_t type, const uint8_t *payload, uint32_t bytes) {
    faults += type == WIRE_FAULT_REPORT ? 1u : 0u;
    host_hear(type, payload, bytes);
    answers_take(type, payload, bytes);
}

void on_received(enum link_event event, const struct link_received *received) {
    answers_expect(event, received);
}

static bool turn(void) {
    self_check_rings();
    return session_step();
}

/* --- Messages: each fills a payload of the longest length and returns its bytes -----------------
 */

static uint32_t put(uint8_t *payload, const void *fields, uint32_t bytes) {
    memcpy(payload, fields, bytes);
    return bytes;
}

static uint32_t clip_begin(struct input *input, uint8_t *payload) {
    const uint8_t how = input_u8(input);
    const struct wire_clip_begin begin = {.clip_id = how & 3u, .flags = how >> 6};
    clip_samples = 0u;
    next_frame = 0u;
    return put(payload, &begin, sizeof begin);
}

static uint32_t clip_audio(struct input *input, uint8_t *payload) {
    uint32_t count = input_u8(input) + 1u; /* 256 at most */
    const uint8_t kind = input_u8(input);
    count = kind == 254u ? count + WIRE_AUDIO_LIMIT_SAMPLES : count;
    count = count > MOST_SAMPLES ? MOST_SAMPLES : count;
    for (uint32_t i = 0u; i < count; i++) {
        const int16_t sample =
            kind == 255u && i == count / 2u ? FRONTEND_BAD_SAMPLE : (int16_t)(kind * 97u + 31u * i);
        memcpy(&payload[2u * i], &sample, sizeof sample);
    }
    clip_samples += count;
    return 2u * count;
}

static uint32_t clip_end(struct input *input, uint8_t *payload) {
    const uint8_t wrong = input_u8(input);
    const struct wire_clip_end end = {.sample_count = clip_samples + (wrong > 250u ? wrong : 0u)};
    return put(payload, &end, sizeof end);
}

static uint32_t resume_request(struct input *input, uint8_t *payload) {
    const struct wire_resume_request request = {.clip_id = input_u8(input) & 3u};
    return put(payload, &request, sizeof request);
}

static uint32_t tap_select(struct input *input, uint8_t *payload) {
    memset(payload, input_u8(input), WIRE_TAP_MASK_BYTES);
    payload[WIRE_TAP_MASK_BYTES - 1u] = input_u8(input);
    return WIRE_TAP_MASK_BYTES;
}

static uint32_t frames(struct input *input, uint8_t *payload) {
    const uint8_t how = input_u8(input);
    const uint32_t count = how & 7u;
    const struct wire_frames header = {
        .patch_id = how, .first_frame = how >= 0xE0u ? input_u8(input) & 15u : next_frame};
    next_frame = (header.first_frame + count) % NETWORK_FRAMES;
    const uint32_t bytes = put(payload, &header, sizeof header);
    memset(&payload[bytes], input_u8(input), count * NETWORK_BANDS);
    return bytes + count * NETWORK_BANDS;
}

static uint32_t any_payload(struct input *input, uint8_t *payload) {
    const uint8_t *given;
    const uint32_t count = input_take(input, input_u8(input) % 48u, &given);
    return put(payload, given, count);
}

static uint32_t no_payload(struct input *input, uint8_t *payload) {
    (void)input;
    (void)payload;
    return 0u;
}

struct composer {
    uint8_t type; /* 0: the input's next byte */
    uint32_t (*compose)(struct input *input, uint8_t *payload);
};

static const struct composer composers[] = {
    {WIRE_CLIP_BEGIN, clip_begin},     {WIRE_CLIP_AUDIO, clip_audio},
    {WIRE_CLIP_AUDIO, clip_audio},     {WIRE_CLIP_AUDIO, clip_audio},
    {WIRE_CLIP_END, clip_end},         {WIRE_RESUME_REQUEST, resume_request},
    {WIRE_MEMORY_REQUEST, no_payload}, {WIRE_RULE_REQUEST, no_payload},
    {WIRE_TAP_SELECT, tap_select},     {WIRE_FRAMES, frames},
    {WIRE_CHECK_REQUEST, no_payload},  {0u, any_payload},
};

/* Now and then one byte too many, one too few, a number left out, or damage on the line. */
static void send_message(struct input *input, uint8_t what) {
    uint8_t payload[WIRE_HOST_DECODED_LIMIT_BYTES + 16u] = {0};
    const struct composer *chosen =
        &composers[(what & 0x3Fu) % (sizeof composers / sizeof composers[0])];
    const uint8_t type = chosen->type != 0u ? chosen->type : input_u8(input);
    struct host_frame frame = {.type = type, .payload = payload};
    frame.bytes = chosen->compose(input, payload);
    const uint8_t quirk = input_u8(input);
    if (quirk >= 0xF0u && !(host_is_polite() && type == WIRE_HELLO_REQUEST)) {
        frame.bytes += (quirk & 1u) != 0u ? 1u : 0u;
        frame.bytes -= (quirk & 2u) != 0u && frame.bytes != 0u ? 1u : 0u;
        frame.skipped = (quirk & 4u) != 0u ? 1u : 0u;
    } else if (quirk >= 0xE0u) {
        frame.damage = (enum host_damage)(quirk % HOST_INSERT);
        frame.damage_at = input_u16(input);
    }
    host_send(&frame);
}

static void fault(struct input *input) {
    const struct fault at = {.exception = input_u8(input), .pc = input_u32(input)};
    fault_report(&at);
    REQUIRE(faults == 1u, "a fault is told");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static const struct start_facts facts = {.core_clock_hz = 160000000u};
    struct input input = {bytes, count};
    clip_samples = 0u;
    next_frame = 0u;
    faults = 0u;
    answers_begin();
    net_begin();
    conversation_begin(&input);
    session_begin(&facts);
    for (uint32_t act = 0u; act < MOST_ACTS && input.left != 0u; act++) {
        const uint8_t what = *input.bytes; /* conversation_act() looks at it as well */
        if (what >= FIRST_MESSAGE) {
            send_message(&input, input_u8(&input));
        } else if (what == FAULT) {
            fault(&input);
            return 0;
        } else if (what == WEIGHTS) {
            (void)input_u8(&input);
            net_turn_weights_over(input_u8(&input));
        } else {
            conversation_act(&input, turn);
        }
    }
    conversation_end(turn);
    answers_end();
    return 0;
}
