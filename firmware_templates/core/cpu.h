/* SPDX-License-Identifier: Apache-2.0 */
/* What the application asks of the core, without knowing its registers. */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include <stdbool.h>
#include <stdint.h>

/* Sleeps until an interrupt is pending, unless work() says that there is something to do.
 *
 * work() is asked with interrupts masked: one that comes after the question still wakes the core,
 * because WFI ends on a pending interrupt even while PRIMASK holds it back. */
void cpu_sleep_unless(bool (*work)(void));

/* Wakes the sleeping core `hertz` times a second by SysTick: core_hz / hertz - 1 = reload. */
void cpu_tick_begin(uint32_t reload);

/* Clocks of the core since cpu_tick_begin(). Unlike the cycle counter it goes on in sleep, and no
 * debugger stops it: it is the time. */
uint64_t cpu_clocks(void);

_Noreturn void cpu_reset(void);

#endif
