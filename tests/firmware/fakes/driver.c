/* SPDX-License-Identifier: Apache-2.0 */
/* The application's portable C behind a pipe: commands on stdin, answers on stdout.
 *
 * A command is one letter, a length (u32) and so many bytes; an answer is a length and so many
 * bytes. The line, the memory report, the listener and the network are stand-ins, written to show
 * what the code under test asks of them. Built with AddressSanitizer and UBSan. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cobs.h"
#include "library/crc32.h"
#include "app/link.h"
#include "library/listener.h"
#include "app/session.h"
#include "app/sha256.h"
#include "app/taps.h"
#include "app/wire.h"
#include "core/cpu.h"
#include "core/fault.h"
#include "port/clock.h"
#include "port/clock_check.h"
#include "port/cycle_counter.h"
#include "port/uart.h"
#include "port/wait_for.h"
#include "port/watchdog.h"
#include "self_checks.h"

#define RING_BYTES 4096u
#define TX_BYTES UART_TX_RING_LEAST_BYTES

/* --- The core's counters, the clock ---------------------------------------------------------- */

uint32_t cycle_counter_now(void) {
    static uint32_t now;
    now += 10u;
    return now;
}

static uint32_t counter_stops; /* that were not noticed yet */

bool cycle_counter_rearm(void) {
    const bool stopped = counter_stops != 0u;
    counter_stops = 0u;
    return stopped;
}

struct clock_check clock_check_run(void) {
    return (struct clock_check){.clocks = 16384u, .cycles = 16390u};
}

static struct clock_state state;

struct clock_state clock_state(void) {
    return state;
}

uint64_t cpu_clocks(void) {
    return 0x123456789ABCu;
}

/* --- The line: a ring that loses what it cannot hold, and a transmitter that empties slowly --- */

static uint8_t ring[RING_BYTES];
static uint32_t ring_read, ring_waiting, ring_high_water;
static struct uart_errors errors;
static uint8_t sent[1u << 22];
static uint32_t sent_bytes, tx_waiting, tx_high_water, feeds;
static bool tx_polled;

static void receive(const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0u; i < count; i++) {
        if (ring_waiting == RING_BYTES) {
            errors.overruns++;
            ring_waiting = 0u;
        }
        ring[(ring_read + ring_waiting) % RING_BYTES] = bytes[i];
        ring_waiting++;
        ring_high_water = ring_waiting > ring_high_water ? ring_waiting : ring_high_water;
    }
}

uint32_t uart_rx_span(const uint8_t **bytes) {
    *bytes = &ring[ring_read];
    const uint32_t to_end = RING_BYTES - ring_read;
    return ring_waiting < to_end ? ring_waiting : to_end;
}

void uart_rx_consume(uint32_t count) {
    ring_read = (ring_read + count) % RING_BYTES;
    ring_waiting -= count;
}

bool uart_rx_pending(void) {
    return ring_waiting != 0u;
}

uint32_t uart_rx_ring_bytes(void) {
    return RING_BYTES;
}

uint32_t uart_rx_high_water_bytes(void) {
    return ring_high_water;
}

struct uart_errors uart_take_errors(void) {
    const struct uart_errors taken = errors;
    errors = (struct uart_errors){0};
    return taken;
}

uint32_t uart_tx_free(void) {
    return TX_BYTES - tx_waiting;
}

/* Bytes of the room lie behind what was sent; one beyond it is a mistake of the caller. */
void uart_tx_place(uint32_t ahead, uint8_t byte) {
    assert(ahead < uart_tx_free());
    sent[sent_bytes + ahead] = byte;
}

void uart_tx_release(uint32_t count) {
    assert(count <= uart_tx_free());
    sent_bytes += count;
    tx_waiting += tx_polled ? 0u : count;
    tx_high_water = tx_waiting > tx_high_water ? tx_waiting : tx_high_water;
}

void uart_tx_sleep_unless_free(uint32_t count) {
    (void)count;
}

uint32_t uart_tx_ring_bytes(void) {
    return TX_BYTES;
}

uint32_t uart_tx_high_water_bytes(void) {
    return tx_high_water;
}

bool uart_tx_poll(void) {
    tx_waiting = 0u;
    tx_polled = true;
    return true;
}

/* Whoever waits for room must feed the watchdog: only then does the line move on here. */
void watchdog_feed(void) {
    feeds++;
    tx_waiting = tx_waiting > 100u ? tx_waiting - 100u : 0u;
}

enum phase phase_enter(enum phase phase) {
    static enum phase now = PHASE_START;
    const enum phase before = now;
    now = phase;
    return before;
}

/* --- A listener: every 100 samples are a frame, every 10 frames a patch ----------------------- */

#define SAMPLES_A_FRAME 100u
#define FRAMES_A_PATCH 10u
#define MARK_ERROR 0x7FFF /* a sample that the listener refuses */

void listener_begin(struct listener *self, const struct listener_events *events) {
    memset(self, 0, sizeof *self);
    self->events = *events;
}

int listener_push_q15(struct listener *self, const int16_t *samples, uint32_t count) {
    for (uint32_t i = 0u; i < count; i++) {
        if (samples[i] == MARK_ERROR) {
            return LISTENER_ERROR_NETWORK;
        }
        self->clip.samples++;
        self->clip.score_sums[0] += samples[i];
        if (self->clip.samples % SAMPLES_A_FRAME == 0u) {
            int8_t *frame = self->recent[self->clip.frames % PATCH_KEPT_FRAMES];
            memset(frame, (int)(self->clip.frames & 0x7Fu), NETWORK_BANDS);
            self->clip.frames++;
            self->events.on_frame(self->events.context, frame);
        }
        if (self->clip.samples % (SAMPLES_A_FRAME * FRAMES_A_PATCH) == 0u) {
            self->patch.scores[1] = samples[i] > 0 ? 5 : -5;
            self->patch.network_cycles = 1000u;
            self->patch.frontend_cycles = 0xFFFFFFFFu; /* the sums need 64 bits */
            self->events.on_patch(self->events.context, &self->patch);
            self->patch.index++;
            self->clip.patches++;
        }
    }
    return LISTENER_OK;
}

int listener_end(struct listener *self, struct listener_clip *clip) {
    self->clip.decision.label = self->clip.patches != 0u ? 2 : DECISION_NO_PATCH;
    self->clip.decision.detected[0] = self->clip.patches != 0u ? 6u : 0u;
    self->clip.decision.detected[DECISION_MASK_BYTES - 1u] = 0x80u;
    *clip = self->clip;
    return LISTENER_OK;
}

/* --- A network: each frame is a row of operator 1, 2000 bytes wide, and of 31, 32, 40 and 255 ---
 */

static uint32_t network_frames;
static int8_t network_scores[NETWORK_CLASSES];

void network_begin(void) {
    network_frames = 0u;
}

int network_push_frame_s8(const int8_t frame[NETWORK_BANDS]) {
    static const uint32_t narrow[] = {31u, 32u, 40u, 254u};
    uint8_t row[2000];
    if (network_frames == NETWORK_FRAMES) {
        return -2;
    }
    memset(row, (uint8_t)frame[0], sizeof row);
    network_tap(1u, network_frames, row, sizeof row);
    for (uint32_t i = 0u; i < sizeof narrow / sizeof narrow[0]; i++) {
        network_tap(narrow[i], network_frames, row, 4u);
    }
    network_frames++;
    network_scores[0] = frame[0];
    return network_frames == NETWORK_FRAMES ? NETWORK_READY : NETWORK_MORE;
}

const int8_t *network_scores_s8(void) {
    return network_scores;
}

/* --- The pipe ----------------------------------------------------------------------------------
 */

static uint8_t input[1u << 20];

static void answer(const void *bytes, uint32_t count) {
    fwrite(&count, sizeof count, 1, stdout);
    fwrite(bytes, 1, count, stdout);
    fflush(stdout);
}

/* Decodes in pieces of `piece` bytes; answers the status of each frame and its contents. */
static void decode(const uint8_t *bytes, uint32_t count, uint32_t piece, uint32_t limit) {
    uint8_t *out = malloc(limit); /* of that size exactly: a byte beyond it is found */
    static uint8_t told[1u << 20];
    uint32_t told_bytes = 0u;
    struct cobs_decoder decoder;
    cobs_begin(&decoder, out, limit);
    for (uint32_t at = 0u; at < count;) {
        uint32_t taken;
        const uint32_t left = count - at < piece ? count - at : piece;
        const enum cobs_status status = cobs_decode(&decoder, &bytes[at], left, &taken);
        at += taken;
        if (status == COBS_MORE) {
            continue;
        }
        const uint32_t length = status == COBS_FRAME ? decoder.decoded_bytes : 0xFFFFFFFFu;
        memcpy(&told[told_bytes], &length, 4u);
        told_bytes += 4u;
        if (status == COBS_FRAME) {
            memcpy(&told[told_bytes], out, length);
            told_bytes += length;
        }
        cobs_begin(&decoder, out, limit);
    }
    answer(told, told_bytes);
    free(out);
}

static uint8_t *encoded;

static void place_encoded(uint32_t at, uint8_t byte) {
    encoded[at] = byte;
}

/* Encodes in two pieces; answers the frame without its delimiter. */
static void encode(const uint8_t *bytes, uint32_t count) {
    struct cobs_encoder encoder;
    encoded = malloc(COBS_ENCODED_BYTES(count) + 2u); /* the delimiter, and a byte for no bytes */
    cobs_encode_begin(&encoder, place_encoded);
    cobs_encode(&encoder, bytes, count / 2u);
    cobs_encode(&encoder, &bytes[count / 2u], count - count / 2u);
    answer(encoded, cobs_encode_end(&encoder) - 1u);
    free(encoded);
}

static void report_fault(const uint8_t *bytes, uint32_t count) {
    struct fault fault = {0};
    memcpy(&fault, bytes, count < sizeof fault ? count : sizeof fault);
    fault_report(&fault);
}

static void run_command(char letter, const uint8_t *bytes, uint32_t count) {
    uint8_t digest[SHA256_BYTES];
    uint32_t words[3] = {0};
    memcpy(words, bytes, count < sizeof words ? count : sizeof words);
    switch (letter) {
    case 'f': /* bytes from the line */
        receive(bytes, count);
        answer("", 0u);
        break;
    case 's': /* one step, or (0) until nothing waits; answers what was sent since */
        while (session_step() && (count == 0u || --words[0] != 0u)) {
        }
        answer(sent, sent_bytes);
        sent_bytes = 0u;
        break;
    case 'e': /* errors of the line */
        errors.overruns += words[0];
        errors.framing_errors += words[1];
        errors.noise_errors += words[2];
        answer("", 0u);
        break;
    case 'p': /* a probe has left */
        counter_stops = 1u;
        answer("", 0u);
        break;
    case 'k': /* what the clock comes from */
        state = (struct clock_state){words[0] != 0u, words[1] != 0u, words[2] != 0u};
        answer("", 0u);
        break;
    case 'w': /* one bit of the weights turns over */
        fake_turn_weights_over(words[0]);
        answer("", 0u);
        break;
    case 'y': /* somebody writes beyond a ring */
        fake_write_beyond_a_ring(words[0]);
        answer("", 0u);
        break;
    case 'x':
        report_fault(bytes, count);
        answer(sent, sent_bytes);
        sent_bytes = 0u;
        break;
    case 'c':
        words[0] = crc32_update(0u, bytes, count / 2u);
        words[0] = crc32_update(words[0], &bytes[count / 2u], count - count / 2u);
        answer(words, 4u);
        break;
    case 'h':
        sha256_compute(bytes, count, digest);
        answer(digest, sizeof digest);
        break;
    case 'b':
        encode(bytes, count);
        break;
    case 'd':
        decode(&bytes[8], count - 8u, words[0], words[1]);
        break;
    default:
        exit(3);
    }
}

int main(void) {
    struct start_facts facts = {
        .core_clock_hz = 160000000u,
        .reset_flags = 0x20000000u,
        .ended = {3u, RUN_END_WAIT, PHASE_START, 6u, WAIT_PLL, 7u, 8u, 9u, 10u}};
    memset(facts.firmware_sha256, 0x5A, sizeof facts.firmware_sha256);
    session_begin(&facts);
    for (;;) {
        char letter;
        uint32_t count;
        if (fread(&letter, 1, 1, stdin) != 1) {
            return 0;
        }
        if (fread(&count, sizeof count, 1, stdin) != 1 || count > sizeof input ||
            fread(input, 1, count, stdin) != count) {
            return 2;
        }
        /* A copy of exactly that size: a read beyond it is found. */
        uint8_t *bytes = malloc(count + 1u);
        memcpy(bytes, input, count);
        run_command(letter, bytes, count);
        free(bytes);
    }
}
