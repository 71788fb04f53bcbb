/* SPDX-License-Identifier: Apache-2.0 */
#include "app/link.h"

#include <stdbool.h>
#include <string.h>

#include "app/cobs.h"
#include "app/crc32.h"
#include "app/wire.h"
#include "port/uart.h"
#include "port/watchdog.h"

/* A credit is sent when this part of the window has been freed: few frames, and no stall. */
#define CREDIT_PARTS 4u

#define FRAME_OVERHEAD_BYTES (WIRE_HEADER_BYTES + WIRE_CRC_BYTES)

/* The header's two bytes end at a multiple of 4, so that the payload is aligned to 4 bytes. */
#define ALIGNMENT_GAP_BYTES (4u - WIRE_HEADER_BYTES)

static uint32_t receive_words[(ALIGNMENT_GAP_BYTES + WIRE_DECODED_LIMIT_BYTES + 3u) / 4u];
static uint8_t *const receive_frame = (uint8_t *)receive_words + ALIGNMENT_GAP_BYTES;
static uint8_t send_frame[WIRE_DECODED_LIMIT_BYTES];
static uint8_t send_encoded[WIRE_ENCODED_LIMIT_BYTES];

static struct cobs_decoder decoder;
static uint8_t expected_sequence;
static uint8_t send_sequence;
static uint32_t taken_bytes;     /* out of the ring since HELLO, modulo 2^32 */
static uint32_t announced_bytes; /* the last credit given */
static bool message_follows_gap; /* a frame behind a gap waits in receive_frame */
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

/* What the line carried before the first greeting is nobody's: the receiver may have been switched
 * on in the middle of a byte. */
static void forget_what_came_before(void) {
    static bool greeted;
    if (!greeted) {
        greeted = true;
        counts = (struct link_counts){0};
    }
}

void link_restart(void) {
    forget_what_came_before();
    start_anew();
}

/* Sends two delimiters: a reset in the middle of a frame left a piece of it on the line, and its
 * last byte may swallow the first delimiter. */
void link_begin(void) {
    static const uint8_t delimiters[2] = {0u, 0u};
    cobs_begin(&decoder, receive_frame, WIRE_DECODED_LIMIT_BYTES);
    start_anew();
    (void)uart_write(delimiters, sizeof delimiters); /* the ring is empty */
}

uint32_t link_window_bytes(void) {
    return uart_rx_ring_bytes() - WIRE_RESERVE_BYTES;
}

struct link_counts link_error_counts(void) {
    return counts;
}

/* The byte with the error may still wait in the ring, behind others. */
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
    raise_credit();
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
            cobs_begin(&decoder, receive_frame, WIRE_DECODED_LIMIT_BYTES);
            if (encoded_bytes > 1u) { /* 1: a delimiter alone, which means nothing */
                return check_frame(received, frame_bytes, encoded_bytes);
            }
        }
        count = uart_rx_span(&bytes);
    }
    suspect_bytes = taken_bytes; /* no byte waits that may have an error */
    return LINK_NOTHING;
}

static uint32_t encode_frame(uint8_t *frame, uint8_t *encoded, uint8_t type, const void *fields,
                             uint32_t fields_bytes, const void *tail, uint32_t tail_bytes) {
    uint32_t bytes = WIRE_HEADER_BYTES;
    frame[0] = type;
    frame[1] = send_sequence++;
    if (fields_bytes != 0u) {
        memcpy(&frame[bytes], fields, fields_bytes);
        bytes += fields_bytes;
    }
    if (tail_bytes != 0u) {
        memcpy(&frame[bytes], tail, tail_bytes);
        bytes += tail_bytes;
    }
    const uint32_t crc = crc32_update(0u, frame, bytes);
    for (uint32_t i = 0u; i < WIRE_CRC_BYTES; i++) {
        frame[bytes++] = (uint8_t)(crc >> (8u * i));
    }
    const uint32_t encoded_bytes = cobs_encode(frame, bytes, encoded);
    encoded[encoded_bytes] = 0u;
    return encoded_bytes + 1u;
}

void link_send(uint8_t type, const void *fields, uint32_t fields_bytes, const void *tail,
               uint32_t tail_bytes) {
    const uint32_t bytes =
        encode_frame(send_frame, send_encoded, type, fields, fields_bytes, tail, tail_bytes);
    uint32_t free_before = UINT32_MAX;
    while (!uart_write(send_encoded, bytes)) {
        /* The DMA empties the ring by itself. Should it ever stop, the watchdog ends the wait. */
        const uint32_t free_now = uart_tx_free();
        if (free_now != free_before) {
            watchdog_feed();
        }
        free_before = free_now;
    }
}

void link_send_polled(uint8_t type, const void *fields, uint32_t fields_bytes) {
    static const uint8_t delimiters[2] = {0u, 0u};
    uint8_t frame[FRAME_OVERHEAD_BYTES + LINK_POLLED_PAYLOAD_BYTES];
    uint8_t encoded[COBS_ENCODED_BYTES(sizeof frame) + 1u];
    uart_write_polled(delimiters, sizeof delimiters);
    uart_write_polled(encoded, encode_frame(frame, encoded, type, fields, fields_bytes, NULL, 0u));
}
