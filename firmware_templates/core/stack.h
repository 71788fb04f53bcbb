/* SPDX-License-Identifier: Apache-2.0 */
/* The stack: how large it is, and how much of it was ever used. */
#ifndef CORE_STACK_H
#define CORE_STACK_H

#include <stdint.h>

#define STACK_PAINT 0xC5C5C5C5u

uint32_t stack_bytes(void);

/* Most bytes used since reset: what no longer shows the paint of the reset handler, counted from
 * the top down to the deepest word that changed. */
uint32_t stack_high_water_bytes(void);

#endif
