/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the stack, where PORT_HAS_STACK_GUARD is 1: what is below faults as it is accessed. */
#ifndef PORT_STACK_GUARD_H
#define PORT_STACK_GUARD_H

/* Sets up the MPU. The start-up code calls it before .data and .bss are filled: it uses neither. */
void stack_guard_begin(void);

#endif
