/* SPDX-License-Identifier: Apache-2.0 */
/* app/link.c over port/uart.c: whatever comes over the line in whatever pieces, what is received is
 * what the bytes say; credit keeps a polite host from losing a byte; all that is sent leaves whole.
 */
#include <string.h>

#include "app/link.h"
#include "app/wire.h"
#include "conversation.h"
#include "host.h"
#include "input.h"
#include "require.h"
#include "taken.h"
#include "watch.h"

#define MOST_ACTS 400u

static uint32_t sent_frames;

void on_sent(uint8_t type, const uint8_t *payload, uint32_t bytes) {
    sent_frames++;
    host_hear(type, payload, bytes);
}

void on_received(enum link_event event, const struct link_received *received) {
    (void)event;
    (void)received;
}

/* As app/session.c answers the two requests that the host's count depends on. */
static void answer_hello(const struct link_received *received) {
    struct wire_hello hello = {.protocol = WIRE_PROTOCOL_VERSION};
    struct wire_hello_request request = {0};
    if (received->payload_bytes >= sizeof request) {
        memcpy(&request, received->payload, sizeof request);
    }
    link_restart();
    hello.nonce = request.nonce;
    hello.window_bytes = link_window_bytes();
    link_send(WIRE_HELLO, &hello, sizeof hello, NULL, 0u);
}

static bool turn(void) {
    struct link_received received;
    const enum link_event event = link_receive(&received);
    if (event == LINK_MESSAGE && received.type == WIRE_HELLO_REQUEST) {
        answer_hello(&received);
    } else if (event == LINK_MESSAGE && received.type == WIRE_RESUME_REQUEST &&
               received.payload_bytes == sizeof(struct wire_resume_request)) {
        link_resume(7u, 9u);
    }
    return event != LINK_NOTHING;
}

/* A message of any length up to the limit, in up to three pieces. */
static void send_something(struct input *input) {
    uint8_t payload[WIRE_PAYLOAD_LIMIT_BYTES];
    const uint32_t before = sent_frames;
    const uint32_t count = input_u16(input) % (sizeof payload + 1u);
    const uint32_t first = count == 0u ? 0u : input_u16(input) % count;
    const uint8_t *given;
    memset(payload, input_u8(input), sizeof payload);
    const uint32_t given_bytes = input_take(input, 16u, &given);
    memcpy(payload, given, given_bytes < count ? given_bytes : count);
    link_frame_begin(WIRE_TAP);
    link_frame_add(payload, first);
    link_frame_add(&payload[first], (count - first) / 2u);
    link_frame_add(&payload[first + (count - first) / 2u], count - first - (count - first) / 2u);
    link_frame_end();
    REQUIRE(sent_frames == before + 1u, "a frame that is sent is released");
}

/* A fault's report over what is under way; nothing follows it. */
static void fault(void) {
    const struct wire_fault_report report = {.pc = 1u};
    const uint32_t before = sent_frames;
    link_send_polled(WIRE_FAULT_REPORT, &report, sizeof report);
    REQUIRE(sent_frames == before + 1u, "a fault is told");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    struct input input = {bytes, count};
    conversation_begin(&input);
    link_begin();
    link_send(WIRE_HELLO, &(struct wire_hello){.window_bytes = link_window_bytes()},
              sizeof(struct wire_hello), NULL, 0u);
    for (uint32_t act = 0u; act < MOST_ACTS && input.left != 0u; act++) {
        const uint8_t what = *input.bytes; /* conversation_act() looks at it as well */
        if (what >= 0xF8u) {
            (void)input_u8(&input);
            send_something(&input);
        } else if (what == 0xF7u) {
            fault();
            return 0;
        } else {
            conversation_act(&input, turn);
        }
    }
    conversation_end(turn);
    return 0;
}
