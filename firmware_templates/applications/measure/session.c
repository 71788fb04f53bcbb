/* SPDX-License-Identifier: Apache-2.0 */
#include "app/session.h"

#include <string.h>

#include "app/features.h"
#include "app/link.h"
#include "library/listener.h"
#include "app/self_check.h"
#include "app/self_report.h"
#include "app/taps.h"
#include "app/wire.h"
#include "core/fault_record.h"
#include "port/cycle_counter.h"
#include "port/watchdog.h"

enum clip_state {
    CLIP_NONE,
    CLIP_DROPPED, /* its remaining messages are passed over in silence */
    CLIP_OPEN,    /* from here on there is a clip to go on with */
    CLIP_HELD,    /* a frame of it was lost: passed over in silence until RESUME_REQUEST */
};

/* What became of a message: code 0, or an enum wire_refusal with its detail. */
struct outcome {
    uint16_t code;
    uint32_t detail;
};

static const struct outcome accepted = {0};

/* A clip without end, as `hil live` plays, has its weights looked at about once a minute, after a
 * patch was answered. */
#define PATCHES_BETWEEN_CHECKS 64u

_Static_assert(sizeof(struct wire_clip_result) + NETWORK_CLASSES * sizeof(int32_t) <=
                   WIRE_PAYLOAD_LIMIT_BYTES,
               "CLIP_RESULT carries all sums in one message");
_Static_assert(WIRE_DETECTED_BYTES == DECISION_MASK_BYTES, "CLIP_RESULT carries the whole mask");

static struct start_facts facts;
static struct listener listener;
static enum clip_state clip_state;
static uint32_t clip_id;
static uint64_t frontend_cycles; /* sums over the clip's patches */
static uint64_t network_cycles;
static uint64_t busy_cycles;
static uint32_t unchecked_patches;   /* since the weights were looked at */
static uint32_t counter_losses;      /* since reset */
static uint16_t clip_counter_losses; /* since CLIP_BEGIN */

/* A debugger that leaves stops the cycle counter, at any time. */
static void keep_counting(void) {
    if (cycle_counter_rearm()) {
        counter_losses++;
        clip_counter_losses++;
    }
}

static struct outcome refuse(uint16_t code, uint32_t detail) {
    return (struct outcome){.code = code, .detail = detail};
}

static void drop_clip(void) {
    clip_state = CLIP_DROPPED;
    features_begin(0u, false);
#if M2M_TAPS
    taps_begin(false);
    taps_drop_frames();
#endif
}

static void send_refused(struct outcome outcome, uint8_t expected_sequence, uint8_t sequence) {
    const struct wire_refused refused = {
        .code = outcome.code,
        .expected_sequence = expected_sequence,
        .sequence = sequence,
        .detail = outcome.detail,
        .clip_id = clip_state == CLIP_OPEN ? clip_id : WIRE_NO_CLIP_ID,
    };
    link_send(WIRE_REFUSED, &refused, sizeof refused, NULL, 0u);
}

/* A host in the middle of a conversation learns at once that its device restarted, and why. */
void session_begin(const struct start_facts *given) {
    facts = *given;
    link_begin();
    self_report_send_hello(&facts, WIRE_BOOT_NONCE, counter_losses);
}

/* Any length is taken: a host of another protocol version must get a HELLO that tells it ours. */
static struct outcome take_hello_request(const uint8_t *payload, uint32_t bytes) {
    struct wire_hello_request request = {0};
    if (bytes >= sizeof request) {
        memcpy(&request, payload, sizeof request);
    }
    drop_clip();
    clip_state = CLIP_NONE;
    link_restart();
    keep_counting();
    self_report_send_hello(&facts, request.nonce, counter_losses);
    return accepted;
}

/* The listener keeps the frame: it is sent from there, before the listener comes round to it. */
static void on_frame(void *context, const int8_t *frame) {
    (void)context;
    (void)frame;
    const uint32_t row = (listener.clip.frames - 1u) % PATCH_KEPT_FRAMES;
    features_add(listener.recent[row], row + 1u < PATCH_KEPT_FRAMES);
}

static void on_patch(void *context, const struct listener_patch *patch) {
    (void)context;
    const struct wire_patch_result result = {
        .clip_id = clip_id,
        .patch_index = patch->index,
        .first_frame = patch->first_frame,
        .gated_samples = patch->gated_samples,
        .frontend_cycles = patch->frontend_cycles,
        .network_cycles = patch->network_cycles,
        .answer_cycles = patch->answer_cycles,
    };
    frontend_cycles += patch->frontend_cycles;
    network_cycles += patch->network_cycles;
    unchecked_patches++;
    link_send(WIRE_PATCH_RESULT, &result, sizeof result, patch->scores, NETWORK_CLASSES);
#if M2M_TAPS
    taps_next_patch();
#endif
}

/* A frame of a patch is done: that is progress, however long the patch takes. */
static void on_network(void *context, bool begins) {
    (void)context;
    (void)phase_enter(begins ? PHASE_NETWORK : PHASE_FRONTEND);
    if (!begins) {
        watchdog_feed();
    }
}

static struct outcome take_clip_begin(const uint8_t *payload, uint32_t bytes) {
    static const struct listener_events events = {
        .on_frame = on_frame, .on_patch = on_patch, .on_network = on_network};
    struct wire_clip_begin begin;
    if (bytes != sizeof begin) {
        return refuse(WIRE_LENGTH, bytes);
    }
    memcpy(&begin, payload, sizeof begin);
    if (self_check_weights_damaged()) {
        return refuse(WIRE_WEIGHTS, self_check_damaged_crc());
    }
    clip_id = begin.clip_id;
    clip_state = CLIP_OPEN;
    frontend_cycles = 0u;
    network_cycles = 0u;
    busy_cycles = 0u;
    unchecked_patches = 0u;
    keep_counting();
    clip_counter_losses = 0u;
    features_begin(clip_id, (begin.flags & WIRE_CLIP_FEATURES) != 0u);
#if M2M_TAPS
    taps_begin((begin.flags & WIRE_CLIP_TAPS) != 0u);
    taps_drop_frames();
#endif
    listener_begin(&listener, &events);
    return accepted;
}

static struct outcome take_resume_request(const uint8_t *payload, uint32_t bytes) {
    struct wire_resume_request request;
    if (bytes != sizeof request) {
        return refuse(WIRE_LENGTH, bytes);
    }
    memcpy(&request, payload, sizeof request);
    const bool held = clip_state >= CLIP_OPEN && request.clip_id == clip_id;
    clip_state = held ? CLIP_OPEN : clip_state;
    link_resume(held ? clip_id : WIRE_NO_CLIP_ID, held ? listener.clip.samples : 0u);
    return accepted;
}

/* Reads the weights; refuses where an answer may have come of damaged ones. */
static struct outcome check_weights(void) {
    unchecked_patches = 0u;
    return self_check_weights() ? accepted : refuse(WIRE_WEIGHTS, self_check_damaged_crc());
}

static struct outcome take_clip_audio(const uint8_t *payload, uint32_t bytes) {
    if (clip_state == CLIP_DROPPED || clip_state == CLIP_HELD) {
        return accepted;
    }
    if (clip_state == CLIP_NONE) {
        return refuse(WIRE_NO_CLIP, 0u);
    }
    if (bytes % sizeof(int16_t) != 0u || bytes / sizeof(int16_t) > WIRE_AUDIO_LIMIT_SAMPLES) {
        return refuse(WIRE_LENGTH, bytes);
    }
    const uint32_t begun = cycle_counter_now();
    (void)phase_enter(PHASE_FRONTEND);
    const int error = listener_push_q15(&listener, (const int16_t *)(const void *)payload,
                                        bytes / (uint32_t)sizeof(int16_t));
    busy_cycles += cycle_counter_now() - begun;
    if (error < 0) {
        return refuse(WIRE_INTERNAL, (uint32_t)-error);
    }
    return unchecked_patches < PATCHES_BETWEEN_CHECKS ? accepted : check_weights();
}

static void send_clip_result(const struct listener_clip *clip) {
    struct wire_clip_result result = {
        .clip_id = clip_id,
        .samples = clip->samples,
        .gated_samples = clip->gated_samples,
        .frames = clip->frames,
        .patches = clip->patches,
        .decision = (int16_t)clip->decision.label,
        .counter_losses = clip_counter_losses,
        .frontend_cycles = frontend_cycles,
        .network_cycles = network_cycles,
        .busy_cycles = busy_cycles,
    };
    memcpy(result.detected, clip->decision.detected, sizeof result.detected);
    link_send(WIRE_CLIP_RESULT, &result, sizeof result, clip->score_sums, sizeof clip->score_sums);
}

static struct outcome take_clip_end(const uint8_t *payload, uint32_t bytes) {
    struct wire_clip_end end;
    if (clip_state == CLIP_DROPPED || clip_state == CLIP_HELD) {
        return accepted;
    }
    if (clip_state == CLIP_NONE) {
        return refuse(WIRE_NO_CLIP, 0u);
    }
    if (bytes != sizeof end) {
        return refuse(WIRE_LENGTH, bytes);
    }
    memcpy(&end, payload, sizeof end);
    if (end.sample_count != listener.clip.samples) {
        return refuse(WIRE_SAMPLE_COUNT, listener.clip.samples);
    }
    const uint32_t begun = cycle_counter_now();
    (void)phase_enter(PHASE_FRONTEND);
    const int error = listener_end(&listener, &listener.clip); /* no copy on the stack */
    busy_cycles += cycle_counter_now() - begun;
    if (error < 0) {
        return refuse(WIRE_INTERNAL, (uint32_t)-error);
    }
    features_flush();
    keep_counting();
    /* Of the clip that ends here: whatever its patches said, it has no answer without this. */
    const struct outcome checked = check_weights();
    if (checked.code != 0u) {
        return checked;
    }
    send_clip_result(&listener.clip);
    clip_state = CLIP_NONE;
    return accepted;
}

static struct outcome take_memory_request(uint32_t bytes) {
    if (bytes != 0u) {
        return refuse(WIRE_LENGTH, bytes);
    }
    self_report_send_memory();
    return accepted;
}

static struct outcome take_check_request(uint32_t bytes) {
    if (bytes != 0u) {
        return refuse(WIRE_LENGTH, bytes);
    }
    self_check_send();
    return accepted;
}

static struct outcome take_rule_request(uint32_t bytes) {
    if (bytes != 0u) {
        return refuse(WIRE_LENGTH, bytes);
    }
    self_report_send_rule();
    return accepted;
}

#if M2M_TAPS
static struct outcome take_tap_select(const uint8_t *payload, uint32_t bytes) {
    struct wire_tap_select select;
    if (bytes != sizeof select) {
        return refuse(WIRE_LENGTH, bytes);
    }
    memcpy(&select, payload, sizeof select);
    taps_select(select.operator_mask);
    return accepted;
}

static struct outcome take_frames(const uint8_t *payload, uint32_t bytes) {
    struct wire_frames header;
    if (bytes < sizeof header || (bytes - sizeof header) % NETWORK_BANDS != 0u) {
        return refuse(WIRE_LENGTH, bytes);
    }
    if (clip_state >= CLIP_OPEN) {
        return refuse(WIRE_FRAME_ORDER, 0u); /* the clip has the network */
    }
    memcpy(&header, payload, sizeof header);
    keep_counting();
    (void)phase_enter(PHASE_NETWORK);
    uint32_t detail = 0u;
    const uint16_t code = taps_take_frames(
        header.patch_id, header.first_frame, (const int8_t *)&payload[sizeof header],
        (bytes - (uint32_t)sizeof header) / NETWORK_BANDS, &detail);
    return refuse(code, detail);
}
#endif

static struct outcome take_message(const struct link_received *received) {
    const uint8_t *payload = received->payload;
    const uint32_t bytes = received->payload_bytes;
    switch (received->type) {
    case WIRE_HELLO_REQUEST:
        return take_hello_request(payload, bytes);
    case WIRE_CLIP_BEGIN:
        return take_clip_begin(payload, bytes);
    case WIRE_RESUME_REQUEST:
        return take_resume_request(payload, bytes);
    case WIRE_CLIP_AUDIO:
        return take_clip_audio(payload, bytes);
    case WIRE_CLIP_END:
        return take_clip_end(payload, bytes);
    case WIRE_MEMORY_REQUEST:
        return take_memory_request(bytes);
    case WIRE_CHECK_REQUEST:
        return take_check_request(bytes);
    case WIRE_RULE_REQUEST:
        return take_rule_request(bytes);
#if M2M_TAPS
    case WIRE_TAP_SELECT:
        return take_tap_select(payload, bytes);
    case WIRE_FRAMES:
        return take_frames(payload, bytes);
#endif
    default:
        return refuse(WIRE_UNKNOWN, received->type);
    }
}

bool session_step(void) {
    struct link_received received;
    switch (link_receive(&received)) {
    case LINK_NOTHING:
        return false;
    case LINK_PROBLEM:
        send_refused(refuse(received.code, received.detail), received.expected_sequence,
                     received.sequence);
        if (clip_state == CLIP_OPEN) {
            clip_state = CLIP_HELD;
        } else if (clip_state != CLIP_HELD) {
            drop_clip();
        }
        return true;
    case LINK_MESSAGE:
        break;
    }
    const struct outcome outcome = take_message(&received);
    if (outcome.code != 0u) {
        send_refused(outcome, received.sequence, received.sequence);
        drop_clip();
    }
    return true;
}
