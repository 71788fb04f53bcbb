/* SPDX-License-Identifier: Apache-2.0 */
/* The board half of mel2metal.h: start-up, and the way from the microphone to m2m_push().
 *
 *     microphone by DMA -> ring of words -> decimator -> 16-bit samples -> m2m_push()
 *
 * One loop, no tasks: the ring fills by itself while a piece is worked on. With nothing to do the
 * core sleeps; half a ring of words, a received character or the tick wakes it. */
#include <stddef.h>

#include "board/load.h"
#include "board/run_end.h"
#include "core/cpu.h"
#include "core/damage.h"
#include "core/fault_record.h"
#include "library/mel2metal.h"
#include "microphone/decimator.h"
#include "port/clock.h"
#include "port/cycle_counter.h"
#include "port/gpio.h"
#include "port/microphone.h"
#include "port/uart.h"
#include "port/watchdog.h"

/* Words that become samples at once: 10 ms of 32 kHz. They come in pairs, one sample each. */
#define PIECE_WORDS 320u
#define PIECE_SAMPLES (PIECE_WORDS / 2u)

#define MS_PER_SECOND 1000u

static struct decimator decimator;

/* The application has asked for characters, so that one which comes may end the sleep. Without that
 * the first one, which nobody takes, would keep the core awake for ever. */
static bool reads;

void m2m_board_begin(void) {
    /* Before anything can reset the part once more. */
    run_end_take(clock_take_reset_flags());
    watchdog_begin(); /* on the LSI: it resets the core as well where the clock below never gets
                         ready */
    clock_begin();
    cycle_counter_begin(); /* the listener's account of cycles reads it */
    cpu_tick_begin(clock_tick_reload());
    load_begin();
    gpio_begin();
    uart_begin();
    decimator_reset(&decimator);
    microphone_begin();
    watchdog_feed(); /* the start is over: from now on m2m_listen() feeds it */
}

/* A DMA or an index that went beyond a ring may have gone anywhere: the next start tells of it. */
static void look_beside_the_rings(void) {
    const volatile uint32_t *damaged = uart_damaged_canary();
    if (damaged == NULL) {
        damaged = microphone_damaged_canary();
    }
    if (damaged != NULL) {
        damage_end_run(damaged);
    }
}

static bool something_waits(void) {
    return microphone_pending() || (reads && uart_rx_pending());
}

/* Takes the next piece. Returns its words, 0 if none waits. */
static uint32_t hear(int16_t *samples, uint32_t *count) {
    const int32_t *words;
    uint32_t waiting = microphone_span(&words);
    if (waiting > PIECE_WORDS) {
        waiting = PIECE_WORDS;
    }
    waiting &= ~1u; /* the ring has an even number of words, so an odd one is no end of it */
    *count = waiting == 0u ? 0u : decimator_push(&decimator, words, waiting, samples);
    microphone_consume(waiting);
    return waiting;
}

int m2m_listen(void) {
    int16_t samples[PIECE_SAMPLES];
    uint32_t count = 0u;
    int status = 0;

    look_beside_the_rings();
    clock_step();
    (void)cycle_counter_rearm(); /* a debugger that leaves stops it */
    if (!microphone_pending()) {
        (void)phase_enter(PHASE_IDLE);
        load_sleep_unless(something_waits);
    }
    (void)phase_enter(PHASE_LISTEN);
    load_add_overruns(microphone_take_overruns());
    if (!microphone_pending()) {
        return 0; /* another interrupt has ended the sleep */
    }
    if (hear(samples, &count) == 0u) {
        return 0;
    }
    if (count != 0u) {
        status = m2m_push(samples, count);
    }
    if (status == 0) {
        watchdog_feed(); /* sound has come, and was worked on: nothing else is a sign of life */
    }
    return status;
}

void m2m_led_set(enum m2m_led led, bool lit) {
    gpio_output_set((uint32_t)led, lit);
}

bool m2m_button_pressed(enum m2m_button button) {
    return gpio_input_is_on((uint32_t)button);
}

/* In two parts: the clocks since the start times 1000 would not fit 64 bits for ever. */
uint64_t m2m_clock_ms(void) {
    const uint64_t clocks = cpu_clocks();
    const uint32_t hz = clock_core_hz();
    return clocks / hz * MS_PER_SECOND + clocks % hz * MS_PER_SECOND / hz;
}

int m2m_read(void) {
    const uint8_t *bytes;
    reads = true;
    if (uart_rx_span(&bytes) == 0u) {
        (void)uart_take_errors(); /* what a terminal's noise costs is not told; the next byte is */
        return -1;
    }
    const int character = bytes[0];
    uart_rx_consume(1u);
    return character;
}
