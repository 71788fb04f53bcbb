/* SPDX-License-Identifier: Apache-2.0 */
/* Sound comes in over the UART, results go out.
 *
 *     UART by DMA -> link -> session -> listener: front-end -> network
 *                      ^---------- results, features, taps ---------'
 *
 * One loop, no tasks: reception and transmission go on by themselves while a message is worked on.
 * With nothing to do the core sleeps; a frame's delimiter, an idle line, an error or the tick
 * wakes it. */
#include "app/self_check.h"
#include "app/session.h"
#include "app/sha256.h"
#include "core/cpu.h"
#include "core/fault_record.h"
#include "core/image.h"
#include "port/clock.h"
#include "port/cycle_counter.h"
#include "port/uart.h"
#include "port/watchdog.h"

_Noreturn void main(void);

_Noreturn void main(void) {
    struct start_facts facts = {0};

    /* Before anything can reset the part once more: the flags would be those of two resets. */
    facts.reset_flags = clock_take_reset_flags();
    fault_record_take(facts.reset_flags, &facts.ended);
    watchdog_begin(); /* on the LSI: it resets the core as well where the clock below never gets
                         ready */
    clock_begin();
    cycle_counter_begin();
    uart_begin(); /* what arrives during the rest waits in the ring */
    cpu_tick_begin(clock_tick_reload());

    facts.core_clock_hz = clock_core_hz();
    /* Of the flash itself: the host sees what is really there. */
    sha256_compute(image_begin(), image_bytes(), facts.firmware_sha256);
    (void)self_check_weights(); /* HELLO tells */
    session_begin(&facts);

    /* The watchdog is fed for progress alone: here for a message taken to its end, and for a line
     * on which there is nothing to do; in between by who waits or works long. */
    for (;;) {
        clock_step();
        self_check_rings();
        (void)phase_enter(PHASE_RECEIVE);
        if (session_step()) {
            watchdog_feed();
            continue;
        }
        (void)phase_enter(PHASE_IDLE);
        if (uart_makes_progress()) {
            watchdog_feed();
        }
        cpu_sleep_unless(uart_rx_pending);
    }
}
