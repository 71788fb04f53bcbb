/* SPDX-License-Identifier: Apache-2.0 */
/* The port under the board half, for the host: what the test sets, and what it can look at. */
#include <stdlib.h>
#include <string.h>

#include "core/cpu.h"
#include "core/damage.h"
#include "core/fault.h"
#include "core/fault_record.h"
#include "library/mel2metal.h"
#include "microphone/decimator.h"
#include "port/clock.h"
#include "port/cycle_counter.h"
#include "port/gpio.h"
#include "port/microphone.h"
#include "port/uart.h"
#include "port/watchdog.h"

void fake_print_formats(void);
void fake_print_long(uint32_t length);

#define RING_WORDS 1280u
#define BLOCK_WORDS 320u

/* What the test sets. */
uint64_t fake_clocks;
uint32_t fake_hz = 160000000u;
uint32_t fake_sleep_clocks;  /* a sleep takes so long */
uint32_t fake_words_a_sleep; /* and so many words come in it */
uint32_t fake_tx_free;
uint32_t fake_overruns;
int fake_push_status;
bool fake_uart_begun = true;
uint32_t fake_reset_flags = 0x20000000u;
struct ended_run fake_ended;
uint8_t fake_received[64];
uint32_t fake_received_count;

/* What the test looks at. */
char fake_order[256]; /* a letter for each call of the start */
uint8_t fake_sent[8192];
uint32_t fake_sent_count;
uint32_t fake_feeds;
uint32_t fake_sleeps;
uint32_t fake_pushed;
uint32_t fake_largest_push;
int16_t fake_samples[100000];
uint32_t fake_outputs;
uint32_t fake_inputs;

static int32_t ring[RING_WORDS];
static uint32_t written;
static uint32_t taken;
static uint8_t transmit_ring[512];

static void note(char letter) {
    const size_t length = strlen(fake_order);
    if (length + 1u < sizeof fake_order) {
        fake_order[length] = letter;
    }
}

static void words_come(uint32_t count) {
    for (uint32_t i = 0u; i < count; i++) {
        ring[written % RING_WORDS] = (int32_t)((written / 2u) << 16);
        written++;
    }
}

uint64_t cpu_clocks(void) {
    return fake_clocks;
}

void cpu_sleep_unless(bool (*work)(void)) {
    if (!work()) {
        fake_sleeps++;
        fake_clocks += fake_sleep_clocks;
        words_come(fake_words_a_sleep);
    }
}

void cpu_tick_begin(uint32_t reload) {
    (void)reload;
    note('t');
}

const volatile uint32_t *uart_damaged_canary(void) {
    return NULL;
}

const volatile uint32_t *microphone_damaged_canary(void) {
    return NULL;
}

_Noreturn void damage_end_run(const volatile uint32_t *word) {
    (void)word;
    abort();
}

_Noreturn void cpu_reset(void) {
    abort();
}

uint32_t clock_take_reset_flags(void) {
    return fake_reset_flags;
}

/* Before anything else: what the run before left, for these flags alone. */
void fault_record_take(uint32_t reset_flags, struct ended_run *ended) {
    note('r');
    *ended = reset_flags == fake_reset_flags ? fake_ended : (struct ended_run){0};
}

enum phase phase_enter(enum phase phase) {
    static enum phase now = PHASE_START;
    const enum phase before = now;
    now = phase;
    return before;
}

void clock_begin(void) {
    note('c');
}

uint32_t clock_core_hz(void) {
    return fake_hz;
}

void clock_step(void) {
}

uint32_t clock_tick_reload(void) {
    return 0u;
}

void cycle_counter_begin(void) {
    note('y');
}

bool cycle_counter_rearm(void) {
    return false;
}

void watchdog_begin(void) {
    note('w');
}

void watchdog_feed(void) {
    fake_feeds++;
}

void gpio_begin(void) {
    note('g');
}

void gpio_output_set(uint32_t output, bool on) {
    fake_outputs = on ? fake_outputs | 1u << output : fake_outputs & ~(1u << output);
}

bool gpio_input_is_on(uint32_t input) {
    return (fake_inputs >> input & 1u) != 0u;
}

void microphone_begin(void) {
    note('m');
}

uint32_t microphone_span(const int32_t **words) {
    const uint32_t waiting = written - taken;
    const uint32_t to_end = RING_WORDS - taken % RING_WORDS;
    *words = &ring[taken % RING_WORDS];
    return waiting < to_end ? waiting : to_end;
}

void microphone_consume(uint32_t count) {
    taken += count;
}

bool microphone_pending(void) {
    return written - taken >= BLOCK_WORDS || fake_overruns != 0u;
}

uint32_t microphone_take_overruns(void) {
    const uint32_t words = fake_overruns;
    fake_overruns = 0u;
    return words;
}

void decimator_reset(struct decimator *self) {
    self->resets++;
    note('d');
}

uint32_t decimator_push(struct decimator *self, const int32_t *words, uint32_t count,
                        int16_t *samples) {
    if (count % 2u != 0u || self->resets != 1u) {
        abort();
    }
    for (uint32_t i = 0u; i < count / 2u; i++) {
        samples[i] = (int16_t)(words[2u * i] >> 16);
    }
    return count / 2u;
}

int m2m_push(const int16_t *samples, uint32_t count) {
    memcpy(&fake_samples[fake_pushed], samples, count * sizeof *samples);
    fake_pushed += count;
    fake_largest_push = count > fake_largest_push ? count : fake_largest_push;
    return fake_push_status;
}

void uart_begin(void) {
    note('u');
}

uint32_t uart_rx_span(const uint8_t **bytes) {
    *bytes = fake_received;
    return fake_received_count;
}

void uart_rx_consume(uint32_t count) {
    fake_received_count -= count;
    memmove(fake_received, &fake_received[count], fake_received_count);
}

bool uart_rx_pending(void) {
    return fake_received_count != 0u;
}

struct uart_errors uart_take_errors(void) {
    const struct uart_errors none = {0};
    return none;
}

uint32_t uart_tx_free(void) {
    return fake_tx_free;
}

void uart_tx_place(uint32_t ahead, uint8_t byte) {
    if (ahead >= fake_tx_free) {
        abort();
    }
    transmit_ring[ahead] = byte;
}

void uart_tx_release(uint32_t count) {
    memcpy(&fake_sent[fake_sent_count], transmit_ring, count);
    fake_sent_count += count;
}

bool uart_tx_poll(void) {
    return fake_uart_begun;
}

/* Arguments of a format cannot be made by the test: these are its cases. */
void fake_print_formats(void) {
    m2m_printf("%s|%c|%d|%u|%x|%%\n", "text", 'c', -17, 4294967295u, 0xbeefu);
    m2m_printf("%04d|%4u|%02u|%08x|%d\n", -5, 7u, 123u, 0xcafeu, -2147483647 - 1);
    m2m_printf("%d|%04u|%s\n", 0, 0u, "");
}

void fake_print_long(uint32_t length) {
    char text[400];
    memset(text, 'x', sizeof text);
    text[length] = '\0';
    m2m_printf("%s", text);
}
