/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation.h"

#include <string.h>

#include "app/wire.h"
#include "frames.h"
#include "host.h"
#include "line.h"
#include "port/uart.h"
#include "port/usart_registers.h"
#include "require.h"
#include "state.h"
#include "taken.h"
#include "watch.h"

#define MOST_TURNS 100000u

static uint32_t nonce;

static void say_hello(void) {
    const struct wire_hello_request request = {WIRE_PROTOCOL_VERSION, 0u, ++nonce};
    host_send(&(struct host_frame){
        .type = WIRE_HELLO_REQUEST, .payload = (const uint8_t *)&request, .bytes = sizeof request});
}

void conversation_begin(struct input *input) {
    const uint8_t kind = input_u8(input);
    state_restore();
    line_begin();
    watch_begin();
    taken_begin();
    host_begin((kind & 3u) != 0u);
    nonce = 0u;
    uart_begin();
    if ((kind & 4u) == 0u) {
        say_hello();
    }
}

/* Bytes as they are, or stuffed with their CRC behind them: also fewer than a header. */
static void send_raw(struct input *input) {
    const uint8_t *bytes;
    const uint8_t how = input_u8(input);
    const uint32_t count = input_take(input, how % 64u, &bytes);
    if ((how & 0x80u) == 0u) {
        host_send_raw(bytes, count);
        return;
    }
    uint8_t frame[80];
    host_send_raw(frame, frames_close(bytes, count, frame));
}

/* A frame of any type and length; beyond its first bytes it is of one value. */
static void send_frame(struct input *input) {
    uint8_t payload[WIRE_HOST_DECODED_LIMIT_BYTES + 16u];
    struct host_frame frame = {.type = input_u8(input), .payload = payload};
    const uint8_t *given;
    const uint8_t how = input_u8(input);
    frame.bytes = input_u8(input);
    frame.bytes += (how & 0x80u) != 0u ? 300u : 0u;
    frame.bytes = frame.bytes < sizeof payload ? frame.bytes : sizeof payload;
    frame.damage = (enum host_damage)(how % HOST_DAMAGES);
    frame.damage = host_is_polite() && frame.damage == HOST_INSERT ? HOST_FLIP : frame.damage;
    frame.damage_at = frame.damage != HOST_WHOLE ? input_u16(input) : 0u;
    frame.skipped = (how & 0x40u) != 0u ? input_u8(input) : 0u;
    memset(payload, input_u8(input), sizeof payload);
    const uint32_t count = input_take(input, (how & 0x20u) != 0u ? 12u : 4u, &given);
    memcpy(payload, given, count);
    host_send(&frame);
}

static void choose_pace(struct input *input) {
    const uint8_t how = input_u8(input);
    line_set_pace((struct line_pace){
        .received = input_u8(input) % 32u,
        .sent = input_u8(input) % 32u,
        .stays_at_end = (how & 1u) != 0u,
        .late_flag = (how & 2u) != 0u,
        .extra_service = (how & 4u) != 0u,
    });
}

static void make_error(struct input *input) {
    static const uint32_t flags[] = {USART_ISR_FE, USART_ISR_NE, USART_ISR_ORE};
    const uint32_t which = input_u8(input) % 3u;
    taken_expect_errors(which == 2u ? 1u : 0u, which == 2u ? 0u : 1u);
    line_error(flags[which]);
}

static void arrive(uint32_t count) {
    (void)line_arrive(count);
    if (host_is_polite()) {
        REQUIRE(line_arrived() - taken_bytes() <= uart_rx_ring_bytes(),
                "a host that keeps to its credit loses no byte in the ring");
    }
}

static void take_turns(uint32_t count, conversation_turn_fn turn) {
    for (uint32_t i = 0u; i < count && turn(); i++) {
        host_pump(false);
    }
    REQUIRE(uart_damaged_canary() == NULL, "the words beside the rings stay");
}

void conversation_act(struct input *input, conversation_turn_fn turn) {
    switch (input_u8(input) % 8u) {
    case 0:
        send_raw(input);
        break;
    case 1:
    case 2:
        send_frame(input);
        break;
    case 3:
        say_hello();
        break;
    case 4:
        choose_pace(input);
        break;
    case 5:
        make_error(input);
        break;
    case 6:
        arrive(input_u8(input) * 4u + 1u);
        break;
    default:
        take_turns(input_u8(input) % 16u + 1u, turn);
        break;
    }
}

void conversation_end(conversation_turn_fn turn) {
    bool idle = false;
    for (uint32_t turns = 0u; turns < MOST_TURNS; turns++) {
        const uint32_t taken = taken_bytes();
        arrive(64u);
        const bool worked = turn();
        line_drain();
        host_pump(idle);
        if (worked || taken != taken_bytes() || line_under_way() != 0u) {
            idle = false;
        } else if (idle) {
            break;
        } else {
            idle = true;
        }
    }
    REQUIRE(line_under_way() == 0u, "all that was sent is taken in the end");
    REQUIRE(uart_damaged_canary() == NULL, "the words beside the rings stay");
    (void)uart_makes_progress();
    REQUIRE(uart_makes_progress(), "a line with nothing to carry keeps the watchdog fed");
    watch_end();
    if (host_is_polite() && host_has_credit() && !host_was_disturbed()) {
        const uint32_t window = uart_rx_ring_bytes() - WIRE_RESERVE_BYTES;
        REQUIRE(!host_waits(), "the credit of an idle line lets all be sent");
        REQUIRE(host_credit() > window - window / 8u, "an idle line has its window again");
    }
}
