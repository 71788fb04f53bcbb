/* SPDX-License-Identifier: Apache-2.0 */
#include "taken.h"

#include <string.h>

#include "app/link.h"
#include "app/wire.h"
#include "frames.h"
#include "line.h"
#include "port/uart.h"
#include "require.h"

#define LONGEST_ENCODED 1024u /* of a frame that could be one; longer ones are damaged */

static struct {
    uint32_t bytes;         /* taken out of the ring */
    uint32_t request_end;   /* as the last request was taken */
    uint32_t encoded_bytes; /* of the frame that is being taken, without its delimiter */
    int32_t plain_bytes;    /* of the frame that has ended; -1: damaged */
    uint32_t ended_bytes;   /* encoded, with its delimiter; 0: none has ended in this call */
    uint8_t expected_sequence;
    bool gap; /* the frame after a gap is given by the next call */
    uint32_t overruns;
    uint32_t line_errors;
    uint32_t told_errors; /* by refusals */
    bool lost;            /* bytes were overwritten in the ring before they were taken */
} taken;

static uint8_t encoded[LONGEST_ENCODED];
static uint8_t plain[WIRE_HOST_DECODED_LIMIT_BYTES];
static const uint8_t *span_begin;

uint32_t __real_uart_rx_span(const uint8_t **bytes);
void __real_uart_rx_consume(uint32_t count);
uint32_t __wrap_uart_rx_span(const uint8_t **bytes);
void __wrap_uart_rx_consume(uint32_t count);
enum link_event __real_link_receive(struct link_received *received);
enum link_event __wrap_link_receive(struct link_received *received);

void taken_begin(void) {
    memset(&taken, 0, sizeof taken);
}

uint32_t taken_since_request(void) {
    return taken.bytes - taken.request_end;
}

uint32_t taken_bytes(void) {
    return taken.bytes;
}

void taken_expect_errors(uint32_t overruns, uint32_t line_errors) {
    taken.overruns += overruns;
    taken.line_errors += line_errors;
}

uint32_t __wrap_uart_rx_span(const uint8_t **bytes) {
    const uint32_t ring_bytes = uart_rx_ring_bytes();
    const bool overwritten = line_arrived() - taken.bytes > ring_bytes;
    const uint32_t count = __real_uart_rx_span(bytes);
    span_begin = *bytes;
    REQUIRE(count <= ring_bytes, "a stretch is within the ring");
    if (line_arrived() - taken.bytes > ring_bytes || overwritten) {
        taken.lost = true; /* it goes on from some byte that has arrived by now */
    }
    return count;
}

static void take_byte(uint8_t byte) {
    REQUIRE(taken.ended_bytes == 0u, "one call takes one frame, and no byte behind it");
    if (byte != 0u) {
        if (taken.encoded_bytes < LONGEST_ENCODED) {
            encoded[taken.encoded_bytes] = byte;
        }
        taken.encoded_bytes++;
        return;
    }
    if (taken.encoded_bytes == 0u) {
        return; /* a delimiter for safety */
    }
    taken.plain_bytes = taken.encoded_bytes > LONGEST_ENCODED
                            ? -1
                            : frames_unstuff(encoded, taken.encoded_bytes, plain, sizeof plain);
    taken.ended_bytes = taken.encoded_bytes + 1u;
    taken.encoded_bytes = 0u;
}

void __wrap_uart_rx_consume(uint32_t count) {
    for (uint32_t i = 0u; i < count; i++) {
        if (!taken.lost) {
            REQUIRE(taken.bytes < line_arrived(), "no byte is taken before it has arrived");
            REQUIRE(span_begin[i] == line_byte(taken.bytes), "each byte is taken once, in order");
        }
        taken.bytes++;
        take_byte(span_begin[i]);
    }
    __real_uart_rx_consume(count);
}

static void check_problem(const struct link_received *received, uint16_t code, uint32_t detail) {
    REQUIRE(received->expected_sequence == taken.expected_sequence, "it tells what was due");
    if (received->code == code) {
        REQUIRE(received->detail == detail, "a refusal has its detail");
        return;
    }
    REQUIRE(received->code == WIRE_OVERRUN || received->code == WIRE_LINE,
            "a refusal has its code, or that of its cause");
    REQUIRE(received->detail != 0u, "a cause has happened");
    taken.told_errors += received->detail;
    REQUIRE(taken.lost || taken.told_errors <= taken.overruns + taken.line_errors,
            "no error is told twice");
}

static void check_message(const struct link_received *received) {
    const uint32_t bytes = (uint32_t)taken.plain_bytes - WIRE_HEADER_BYTES - WIRE_CRC_BYTES;
    REQUIRE(received->type == plain[0] && received->sequence == plain[1], "its type and number");
    REQUIRE(received->payload_bytes == bytes, "its length");
    REQUIRE(memcmp(received->payload, &plain[WIRE_HEADER_BYTES], bytes) == 0, "its bytes");
    REQUIRE((uintptr_t)received->payload % 4u == 0u, "its payload is aligned");
    taken.expected_sequence = (uint8_t)(plain[1] + 1u);
    const bool resumes =
        plain[0] == WIRE_RESUME_REQUEST && bytes == sizeof(struct wire_resume_request);
    if (plain[0] == WIRE_HELLO_REQUEST || resumes) { /* a HELLO_REQUEST may be of any length */
        taken.request_end = taken.bytes;
    }
}

static enum link_event receive(struct link_received *received) {
    if (taken.gap) {
        taken.gap = false;
        REQUIRE(__real_link_receive(received) == LINK_MESSAGE, "the frame after a gap comes next");
        check_message(received);
        return LINK_MESSAGE;
    }
    taken.ended_bytes = 0u;
    const enum link_event event = __real_link_receive(received);
    if (taken.ended_bytes == 0u) {
        REQUIRE(event == LINK_NOTHING, "without the end of a frame there is nothing");
        return event;
    }
    const bool whole = taken.plain_bytes >= 0 && frames_is_whole(plain, taken.plain_bytes);
    if (!whole) {
        REQUIRE(event == LINK_PROBLEM, "a damaged frame is a problem");
        REQUIRE(received->sequence == 0u, "of no number");
        check_problem(received, WIRE_DAMAGED, taken.ended_bytes);
        return event;
    }
    const bool is_request = plain[0] == WIRE_HELLO_REQUEST || plain[0] == WIRE_RESUME_REQUEST;
    if (plain[1] != taken.expected_sequence && !is_request) {
        REQUIRE(event == LINK_PROBLEM, "a missing frame is a problem");
        REQUIRE(received->sequence == plain[1], "it tells the number that came");
        check_problem(received, WIRE_SEQUENCE, 0u);
        taken.gap = true;
        return event;
    }
    REQUIRE(event == LINK_MESSAGE, "a whole frame in order is a message");
    check_message(received);
    return event;
}

enum link_event __wrap_link_receive(struct link_received *received) {
    const enum link_event event = receive(received);
    on_received(event, received);
    return event;
}
