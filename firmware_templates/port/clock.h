/* SPDX-License-Identifier: Apache-2.0 */
/* The clock tree of the board. */
#ifndef PORT_CLOCK_H
#define PORT_CLOCK_H

#include <stdint.h>

/* Brings the core from its reset clock to the board's. Call it once, first of all; it returns when
 * the core runs at clock_core_hz(). */
void clock_begin(void);

uint32_t clock_core_hz(void);

/* SysTick's reload value for the tick that keeps the watchdog fed. */
uint32_t clock_tick_reload(void);

/* The UART's divider for the board's baud rate. */
uint32_t clock_uart_brr(void);

/* Why the part was reset: the flags of the clock controller as they stood, which this clears. */
uint32_t clock_take_reset_flags(void);

#endif
