/* SPDX-License-Identifier: Apache-2.0 */
/* What the memories need before the program's data can be in them, where PORT_HAS_MEMORY is 1. */
#ifndef PORT_MEMORY_H
#define PORT_MEMORY_H

/* Gives the DMA's memory its clock, sets up the MPU and switches the caches on. The start-up code
 * calls it before .data and .bss are filled: it uses neither. */
void memory_begin(void);

#endif
