/* SPDX-License-Identifier: Apache-2.0 */
#include "app/link.h"

#include <stdbool.h>
#include <stddef.h>

#include "app/cobs.h"
#include "core/fault_record.h"
#include "library/crc32.h"
#include "app/wire.h"
#include "port/uart.h"
#include "port/watchdog.h"

/* A credit is sent when this part of the window has been freed: few frames, and no stall. */
#define CREDIT_PARTS 8u

/* Bytes that are encoded between two looks at the room in the transmit ring. */
#define ENCODED_AT_ONCE 64u
#define ROOM_AT_ONCE (COBS_ENCODED_BYTES(ENCODED_AT_ONCE) + 1u)

_Static_assert(COBS_RUN_BYTES + ROOM_AT_ONCE <= UART_TX_RING_LEAST_BYTES,
               "a run waits in the ring for its code byte, and more is written behind it");

#define FRAME_OVERHEAD_BYTES (WIRE_HEADER_BYTES + WIRE_CRC_BYTES)

/* The header's two bytes end at a multiple of 4, so that the payload is aligned to 4 bytes. */
#define ALIGNMENT_GAP_BYTES (4u - WIRE_HEADER_BYTES)

static uint32_t receive_words[(ALIGNMENT_GAP_BYTES + WIRE_HOST_DECODED_LIMIT_BYTES + 3u) / 4u];
static uint8_t *const receive_frame = (uint8_t *)receive_words + ALIGNMENT_GAP_BYTES;

static struct cobs_decoder decoder;
static struct cobs_encoder encoder; /* of the frame that is being sent */
static uint32_t send_crc;
static uint32_t released_bytes; /* of that frame, for the transmit ring to send */
static uint8_t expected_sequence;
static uint8_t send_sequence;
static uint32_t taken_bytes;     /* out of the ring since HELLO, modulo 2^32 */
static uint32_t announced_bytes; /* the last credit given */
static bool message_follows_gap; /* a frame after a gap waits in receive_frame */
static uint32_t gap_frame_bytes;
static struct link_counts counts;
static struct link_counts reported; /* part of counts that was reported, or has harmed no frame */
static uint32_t suspect_bytes;      /* taken_bytes beyond which no byte has met an error so far */

static void start_credit_anew(void) {
    taken_bytes = 0u;
    announced_bytes = link_window_bytes();
    reported = counts;
}

static void start_anew(void) {
    send_sequence = 0u;
    start_credit_anew();
}

void link_resume(uint32_t clip_id, uint32_t samples) {
    const struct wire_resumed resumed = {
        .clip_id = clip_id,
        .samples = samples,
        .window_bytes = link_window_bytes(),
    };
    start_credit_anew();
    link_send(WIRE_RESUMED, &resumed, sizeof resumed, NULL, 0u);
}

/* What the line carried before the first HELLO_REQUEST is dropped: the receiver may have been
 * switched on in the middle of a byte. */
static void forget_what_came_before(void) {
    static bool had_hello;
    if (!had_hello) {
        had_hello = true;
        counts = (struct link_counts){0};
    }
}

void link_restart(void) {
    forget_what_came_before();
    start_anew();
}

static void send_delimiters(void) {
    uart_tx_place(0u, 0u);
    uart_tx_place(1u, 0u);
    uart_tx_release(2u);
}

/* Sends two delimiters: a reset in the middle of a frame left a piece of it on the line, and its
 * last byte may swallow the first delimiter. */
void link_begin(void) {
    cobs_begin(&decoder, receive_frame, WIRE_HOST_DECODED_LIMIT_BYTES);
    start_anew();
    send_delimiters(); /* the ring is empty */
}

uint32_t link_window_bytes(void) {
    return uart_rx_ring_bytes() - WIRE_RESERVE_BYTES;
}

struct link_counts link_error_counts(void) {
    return counts;
}

/* The byte with the error may still wait in the ring, after others. */
static void count_line_errors(void) {
    const struct uart_errors errors = uart_take_errors();
    counts.overruns += errors.overruns;
    counts.framing_errors += errors.framing_errors;
    counts.noise_errors += errors.noise_errors;
    if ((errors.overruns | errors.framing_errors | errors.noise_errors) != 0u) {
        suspect_bytes = taken_bytes + uart_rx_ring_bytes();
    }
}

/* A whole frame in order was taken. Errors of the bytes before its end harmed nothing: they must
 * not be named as the cause of damage to a later frame. */
static void forgive_line_errors(void) {
    if ((int32_t)(taken_bytes - suspect_bytes) >= 0) {
        reported = counts;
    }
}

static void raise_credit(void) {
    const uint32_t limit = taken_bytes + link_window_bytes();
    if (limit - announced_bytes >= link_window_bytes() / CREDIT_PARTS) {
        const struct wire_credit credit = {.limit_bytes = limit};
        announced_bytes = limit;
        link_send(WIRE_CREDIT, &credit, sizeof credit, NULL, 0u);
    }
}

static uint32_t line_errors(const struct link_counts *of) {
    return of->framing_errors + of->noise_errors;
}

/* A damaged or a missing frame: reported with its cause, if the UART saw one. */
static enum link_event report_problem(struct link_received *received, uint16_t code,
                                      uint32_t detail) {
    received->code = code;
    received->detail = detail;
    if (counts.overruns != reported.overruns) {
        received->code = WIRE_OVERRUN;
        received->detail = counts.overruns - reported.overruns;
    } else if (line_errors(&counts) != line_errors(&reported)) {
        received->code = WIRE_LINE;
        received->detail = line_errors(&counts) - line_errors(&reported);
    }
    reported = counts;
    return LINK_PROBLEM;
}

static enum link_event give_message(struct link_received *received, uint32_t frame_bytes) {
    received->type = receive_frame[0];
    received->sequence = receive_frame[1];
    received->payload = &receive_frame[WIRE_HEADER_BYTES];
    received->payload_bytes = frame_bytes - FRAME_OVERHEAD_BYTES;
    expected_sequence = (uint8_t)(received->sequence + 1u);
    return LINK_MESSAGE;
}

static bool is_whole(uint32_t frame_bytes) {
    if (frame_bytes < FRAME_OVERHEAD_BYTES) {
        return false;
    }
    const uint32_t body_bytes = frame_bytes - WIRE_CRC_BYTES;
    const uint32_t crc = crc32_update(0u, receive_frame, body_bytes);
    uint32_t difference = 0u;
    for (uint32_t i = 0u; i < WIRE_CRC_BYTES; i++) {
        difference |= receive_frame[body_bytes + i] ^ ((crc >> (8u * i)) & 0xFFu);
    }
    return difference == 0u;
}

static enum link_event check_frame(struct link_received *received, uint32_t frame_bytes,
                                   uint32_t encoded_bytes) {
    received->expected_sequence = expected_sequence;
    received->sequence = 0u;
    if (!is_whole(frame_bytes)) {
        return report_problem(received, WIRE_DAMAGED, encoded_bytes);
    }
    const uint8_t type = receive_frame[0];
    const uint8_t sequence = receive_frame[1];
    if (sequence != expected_sequence && type != WIRE_HELLO_REQUEST &&
        type != WIRE_RESUME_REQUEST) {
        message_follows_gap = true;
        gap_frame_bytes = frame_bytes;
        received->sequence = sequence;
        return report_problem(received, WIRE_SEQUENCE, 0u);
    }
    forgive_line_errors();
    return give_message(received, frame_bytes);
}

enum link_event link_receive(struct link_received *received) {
    if (message_follows_gap) {
        message_follows_gap = false;
        return give_message(received, gap_frame_bytes);
    }
    count_line_errors();
    const uint8_t *bytes;
    uint32_t count = uart_rx_span(&bytes);
    while (count != 0u) {
        uint32_t taken;
        const enum cobs_status status = cobs_decode(&decoder, bytes, count, &taken);
        uart_rx_consume(taken);
        taken_bytes += taken;
        if (status != COBS_MORE) {
            const uint32_t frame_bytes = status == COBS_FRAME ? decoder.decoded_bytes : 0u;
            const uint32_t encoded_bytes = decoder.encoded_bytes;
            cobs_begin(&decoder, receive_frame, WIRE_HOST_DECODED_LIMIT_BYTES);
            if (encoded_bytes > 1u) { /* 1: a delimiter alone, which means nothing */
                raise_credit();       /* the line goes on while the message is worked on */
                return check_frame(received, frame_bytes, encoded_bytes);
            }
        }
        count = uart_rx_span(&bytes);
    }
    raise_credit();
    suspect_bytes = taken_bytes; /* no byte waits that may have an error */
    return LINK_NOTHING;
}

static void release_until(uint32_t frame_bytes) {
    uart_tx_release(frame_bytes - released_bytes);
    released_bytes = frame_bytes;
}

static void place(uint32_t at, uint8_t byte) {
    uart_tx_place(at - released_bytes, byte);
}

static bool has_room(void) {
    return encoder.next - released_bytes + ROOM_AT_ONCE <= uart_tx_free();
}

/* Until the transmit ring has room for more of the frame. What of it is final may go. */
static __attribute__((noinline)) void wait_for_room(void) {
    const enum phase before = phase_enter(PHASE_SEND);
    uint32_t free_before = UINT32_MAX;
    while (!has_room()) {
        release_until(encoder.code_at);
        uart_tx_sleep_unless_free(encoder.next - released_bytes + ROOM_AT_ONCE);
        /* The DMA empties the ring by itself. Should it ever stop, the watchdog ends the wait. */
        const uint32_t free_now = uart_tx_free();
        if (free_now != free_before) {
            watchdog_feed();
        }
        free_before = free_now;
    }
    (void)phase_enter(before);
}

static void make_room(void) {
    if (!has_room()) {
        wait_for_room();
    }
}

static void encode(const uint8_t *bytes, uint32_t count) {
    while (count != 0u) {
        const uint32_t piece = count < ENCODED_AT_ONCE ? count : ENCODED_AT_ONCE;
        make_room();
        cobs_encode(&encoder, bytes, piece);
        bytes += piece;
        count -= piece;
    }
}

void link_frame_begin(uint8_t type) {
    const uint8_t header[WIRE_HEADER_BYTES] = {type, send_sequence++};
    cobs_encode_begin(&encoder, place);
    released_bytes = 0u;
    send_crc = 0u;
    link_frame_add(header, sizeof header);
}

void link_frame_add(const void *bytes, uint32_t count) {
    send_crc = crc32_update(send_crc, bytes, count);
    encode(bytes, count);
}

void link_frame_end(void) {
    uint8_t crc[WIRE_CRC_BYTES];
    for (uint32_t i = 0u; i < WIRE_CRC_BYTES; i++) {
        crc[i] = (uint8_t)(send_crc >> (8u * i));
    }
    encode(crc, sizeof crc);
    make_room(); /* for the delimiter */
    release_until(cobs_encode_end(&encoder));
}

void link_send(uint8_t type, const void *fields, uint32_t fields_bytes, const void *tail,
               uint32_t tail_bytes) {
    link_frame_begin(type);
    link_frame_add(fields, fields_bytes);
    link_frame_add(tail, tail_bytes);
    link_frame_end();
}

void link_send_polled(uint8_t type, const void *fields, uint32_t fields_bytes) {
    if (!uart_tx_poll()) {
        return;
    }
    send_delimiters();
    link_send(type, fields, fields_bytes, NULL, 0u);
}
