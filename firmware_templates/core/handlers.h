/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that are in the vector table. */
#ifndef CORE_HANDLERS_H
#define CORE_HANDLERS_H

_Noreturn void reset_handler(void);
void fault_handler(void);
void systick_handler(void);

/* Any interrupt that nobody enabled: treated as a fault, and reported as one. */
void unexpected_interrupt(void);

#endif
