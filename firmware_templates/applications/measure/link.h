/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on the line: COBS(type, sequence, payload, CRC-32) 0x00, with sequence numbers and credit.
 *
 * The rules are those of docs/adr/0004-wire-format.md of mel2metal. One caller, in thread mode. */
#ifndef APP_LINK_H
#define APP_LINK_H

#include <stdint.h>

enum link_event {
    LINK_NOTHING = 0, /* no whole frame waits */
    LINK_MESSAGE,     /* a frame arrived whole and in order */
    LINK_PROBLEM,     /* a frame is damaged or missing */
};

struct link_received {
    /* LINK_MESSAGE: the payload is aligned to 4 bytes and valid until the next call. */
    uint8_t type;
    const uint8_t *payload;
    uint32_t payload_bytes;
    /* LINK_PROBLEM: what to put into REFUSED; `code` is an enum wire_refusal. */
    uint16_t code;
    uint8_t expected_sequence;
    uint32_t detail;
    /* Both. */
    uint8_t sequence;
};

/* How often something went wrong since the first HELLO_REQUEST. */
struct link_counts {
    uint32_t overruns; /* bytes lost in the receiver or in the ring */
    uint32_t framing_errors;
    uint32_t noise_errors;
};

void link_begin(void);

/* Takes the next frame from the receive ring, and raises the host's credit as the ring empties. */
enum link_event link_receive(struct link_received *received);

/* After a HELLO_REQUEST: numbers and credit restart. The next link_send() is frame 0. */
void link_restart(void);

/* After a RESUME_REQUEST: the host's credit restarts, for lost bytes have lost theirs. RESUMED
 * says so, and that `samples` of the clip were taken, whole and in order. */
void link_resume(uint32_t clip_id, uint32_t samples);

/* Bytes that the host may send beyond what the firmware has taken out of the ring. */
uint32_t link_window_bytes(void);

struct link_counts link_error_counts(void);

/* Sends one frame in pieces, WIRE_PAYLOAD_LIMIT_BYTES together at most; link_receive() must not be
 * called before its end. It is encoded where it is sent from: a frame may be longer than the
 * transmit ring. Waits for room there, and feeds the watchdog as long as there is progress. */
void link_frame_begin(uint8_t type);
void link_frame_add(const void *bytes, uint32_t count);
void link_frame_end(void);

/* The same for a frame of fixed fields, then a tail; either may be of no bytes. */
void link_send(uint8_t type, const void *fields, uint32_t fields_bytes, const void *tail,
               uint32_t tail_bytes);

/* For a fault: sends one frame by polling, whatever is under way. Two delimiters before it end the
 * frame that it may cut. */
void link_send_polled(uint8_t type, const void *fields, uint32_t fields_bytes);

#endif
