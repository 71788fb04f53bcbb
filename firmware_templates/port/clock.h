/* SPDX-License-Identifier: Apache-2.0 */
/* The clock tree of the board. */
#ifndef PORT_CLOCK_H
#define PORT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Brings the core from its reset clock to the board's. Call it once, first of all; it returns when
 * the core runs at clock_core_hz(). */
void clock_begin(void);

uint32_t clock_core_hz(void);

/* What the core's clock comes from, as it stands now. */
struct clock_state {
    bool source_missing;  /* the board's oscillator did not start: the part's own is in */
    bool crystal_locked;  /* the part's oscillator follows the board's 32.768 kHz crystal */
    bool crystal_missing; /* it should, but the crystal does not run */
};

struct clock_state clock_state(void);

/* Goes on with what takes longer than a start may: the main loop calls it now and then. */
void clock_step(void);

/* SysTick's reload value for the tick that keeps the watchdog fed. */
uint32_t clock_tick_reload(void);

/* The UART's divider for the board's baud rate. */
uint32_t clock_uart_brr(void);

/* Why the part was reset: the flags of the clock controller as they stood, which this
 * clears. It needs no clock_begin(). */
uint32_t clock_take_reset_flags(void);

#endif
