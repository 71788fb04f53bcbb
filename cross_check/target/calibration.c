/* SPDX-License-Identifier: Apache-2.0 */
/* Functions with a known number of instructions, to calibrate the meter. */
#include "meter.h"

__attribute__((naked)) void calibration_1(void) {
    __asm volatile("bx lr");
}

__attribute__((naked)) void calibration_7(void) {
    __asm volatile("nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tbx lr");
}

__attribute__((naked)) void calibration_loop(uint32_t turns __attribute__((unused))) {
    __asm volatile("nop\n"
                   "1:\n\t"
                   "subs r0, r0, #1\n\t"
                   "bne 1b\n\t"
                   "bx lr");
}
