/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call costs, in ticks of the machine's timer.
 *
 * The linker sends each call of a metered function f to a trampoline (--wrap): it notes the time,
 * calls f with registers and stack as the caller left them, and notes the time again. The code of
 * the caller and of f is what it is in the firmware. The way between the two readings and f is the
 * same for all functions; calls of known length measure it.
 */
#ifndef TARGET_METER_H
#define TARGET_METER_H

#include <stdint.h>

struct metered_call {
    uint32_t meter; /* index of the function in the list of meters */
    uint32_t ticks;
};

/* For the trampolines: the second returns the address to go on at. */
void meter_enter(uint32_t meter, uint32_t return_address);
uint32_t meter_leave(void);

/* Calls noted since the last time they were taken, in the order of their returns. */
const struct metered_call *meter_calls(uint32_t *count);
void meter_forget_calls(void);

/* Functions of 1 and 7 instructions, and one of 2 + 2 * `turns`. */
void calibration_1(void);
void calibration_7(void);
void calibration_loop(uint32_t turns);

#endif
