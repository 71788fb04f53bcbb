/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <string.h>

#include "app/wire.h"
#include "frames.h"
#include "line.h"
#include "port/uart.h"
#include "require.h"
#include "taken.h"

#define MOST_WAITING 32u
#define WAITING_BYTES 16384u
#define LONGEST_BYTES 1200u

struct waiting {
    uint32_t begin;
    uint32_t end;
    uint8_t request; /* its type; 0: needs credit */
};

static struct {
    bool polite;
    bool disturbed;
    bool knows_credit;
    bool has_booted;
    uint8_t sequence;
    uint8_t outstanding; /* the request that was not answered; 0: none */
    uint32_t nonce;
    uint32_t sent; /* since the answer to it */
    uint32_t limit;
    uint32_t first; /* of those that wait */
    uint32_t count;
    uint32_t bytes; /* of `text` that are used */
    struct waiting waiting[MOST_WAITING];
} host;

static uint8_t text[WAITING_BYTES];

void host_begin(bool polite) {
    memset(&host, 0, sizeof host);
    host.polite = polite;
}

bool host_is_polite(void) {
    return host.polite;
}

bool host_waits(void) {
    return host.first != host.count;
}

bool host_was_disturbed(void) {
    return host.disturbed;
}

uint32_t host_credit(void) {
    return host.limit - host.sent;
}

bool host_has_credit(void) {
    return host.knows_credit && host.outstanding == 0u;
}

static void add(const uint8_t *bytes, uint32_t count, uint8_t request) {
    if (host.count == MOST_WAITING || count > WAITING_BYTES - host.bytes) {
        return;
    }
    memcpy(&text[host.bytes], bytes, count);
    host.waiting[host.count++] = (struct waiting){host.bytes, host.bytes + count, request};
    host.bytes += count;
}

static uint32_t damage(const struct host_frame *frame, uint8_t *bytes, uint32_t count) {
    const uint32_t at = frame->damage_at % count;
    if (frame->damage != HOST_WHOLE) {
        host.disturbed = true;
    }
    switch (frame->damage) {
    case HOST_FLIP:
        bytes[at] ^= (uint8_t)(1u << (frame->damage_at & 7u));
        return count;
    case HOST_DROP:
        memmove(&bytes[at], &bytes[at + 1u], count - at - 1u);
        return count - 1u;
    case HOST_CUT:
        return at;
    case HOST_DOUBLE:
        memcpy(&bytes[count], bytes, count);
        return 2u * count;
    case HOST_INSERT:
        memmove(&bytes[at + 1u], &bytes[at], count - at);
        bytes[at] = (uint8_t)(frame->damage_at >> 8);
        return count + 1u;
    case HOST_WHOLE:
    case HOST_DAMAGES:
        break;
    }
    return count;
}

static bool is_request(uint8_t type) {
    return type == WIRE_HELLO_REQUEST || type == WIRE_RESUME_REQUEST;
}

/* A polite host's request is as long as it should be, and comes once: no credit is needed for it.
 */
static bool is_out_of_place(const struct host_frame *frame) {
    const uint32_t right = frame->type == WIRE_HELLO_REQUEST ? sizeof(struct wire_hello_request)
                                                             : sizeof(struct wire_resume_request);
    return host.polite && is_request(frame->type) &&
           (frame->bytes != right || frame->damage == HOST_DOUBLE);
}

void host_send(const struct host_frame *frame) {
    uint8_t bytes[2u * LONGEST_BYTES];
    if (is_out_of_place(frame)) {
        return;
    }
    const uint8_t sequence = (uint8_t)(host.sequence + frame->skipped);
    const uint32_t count =
        frames_encode(frame->type, sequence, frame->payload, frame->bytes, bytes);
    host.sequence = (uint8_t)(sequence + 1u);
    if (frame->skipped != 0u) {
        host.disturbed = true;
    }
    add(bytes, damage(frame, bytes, count), is_request(frame->type) ? frame->type : 0u);
    host_pump(false);
}

void host_send_raw(const uint8_t *bytes, uint32_t count) {
    host.disturbed = true;
    add(bytes, count, 0u);
    host_pump(false);
}

static uint32_t may_send(const struct waiting *next, bool idle) {
    const uint32_t count = next->end - next->begin;
    if (!host.polite) {
        return count;
    }
    if (host.outstanding != 0u && !(idle && next->request != 0u)) {
        return 0u;
    }
    if (next->request != 0u) {
        return count;
    }
    const uint32_t credit = host.knows_credit ? host_credit() : 0u;
    return count < credit ? count : credit;
}

void host_pump(bool idle) {
    while (host.first != host.count) {
        struct waiting *next = &host.waiting[host.first];
        const uint32_t count = may_send(next, idle);
        if (count == 0u && next->end != next->begin) {
            break;
        }
        if (!line_put(&text[next->begin], count)) {
            next->begin = next->end; /* the run has used up the line */
        }
        if (next->request != 0u) {
            host.outstanding = next->request;
            idle = false;
        } else {
            host.sent += count;
        }
        next->begin += next->begin == next->end ? 0u : count;
        if (next->begin == next->end) {
            host.first++;
        }
    }
    if (host.first == host.count) {
        host.first = 0u;
        host.count = 0u;
        host.bytes = 0u;
    }
}

static void take_window(uint8_t request, uint32_t window) {
    REQUIRE(window < uart_rx_ring_bytes(), "the window is smaller than the ring");
    if (host.outstanding != request) {
        host.polite = false; /* raw bytes have made a request that it knows nothing of */
        host.disturbed = true;
    }
    host.outstanding = 0u;
    host.knows_credit = true;
    host.sent = 0u;
    host.limit = window;
}

static void hear_credit(uint32_t limit) {
    const uint32_t window = uart_rx_ring_bytes() - WIRE_RESERVE_BYTES;
    REQUIRE(limit - taken_since_request() <= window, "credit is no more than there is room for");
    if (host.outstanding != 0u || !host.knows_credit) {
        return; /* of the count before the request */
    }
    REQUIRE(limit - host.limit - 1u < UINT32_MAX / 2u, "credit grows");
    host.limit = limit;
}

void host_hear(uint8_t type, const uint8_t *payload, uint32_t bytes) {
    struct wire_hello hello;
    struct wire_resumed resumed;
    struct wire_credit credit;
    if (type == WIRE_HELLO) {
        REQUIRE(bytes >= sizeof hello, "HELLO is whole");
        memcpy(&hello, payload, sizeof hello);
        if (!host.has_booted) {
            host.has_booted = true; /* the firmware's own, at its start */
        } else {
            take_window(WIRE_HELLO_REQUEST, hello.window_bytes);
        }
    } else if (type == WIRE_RESUMED) {
        REQUIRE(bytes == sizeof resumed, "RESUMED is whole");
        memcpy(&resumed, payload, sizeof resumed);
        take_window(WIRE_RESUME_REQUEST, resumed.window_bytes);
    } else if (type == WIRE_CREDIT) {
        REQUIRE(bytes == sizeof credit, "CREDIT is whole");
        memcpy(&credit, payload, sizeof credit);
        hear_credit(credit.limit_bytes);
    }
}
