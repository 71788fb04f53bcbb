/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures calls in ticks of the machine's timer.
 *
 * The linker redirects each call of a metered function f to a trampoline (--wrap), which reads the
 * timer, calls f with unchanged registers and stack, and reads the timer again. The code of the
 * caller and of f is that of the firmware. The overhead between the two readings and f is the same
 * for all functions; it is measured with the calibration functions.
 */
#ifndef TARGET_METER_H
#define TARGET_METER_H

#include <stdint.h>

struct metered_call {
    uint32_t meter; /* index of the function in the list of meters */
    uint32_t ticks;
};

/* For the trampolines; meter_leave returns the address to return to. */
void meter_enter(uint32_t meter, uint32_t return_address);
uint32_t meter_leave(void);

/* The recorded calls, in the order of their returns. */
const struct metered_call *meter_calls(uint32_t *count);
void meter_forget_calls(void);

/* Functions of 1 and 7 instructions, and one of 2 + 2 * `turns`. */
void calibration_1(void);
void calibration_7(void);
void calibration_loop(uint32_t turns);

#endif
