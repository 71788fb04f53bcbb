/* SPDX-License-Identifier: Apache-2.0 */
/* One trampoline per metered function. */
#include "meter.h"

/* At the function's entry the stack is that of the call, so stack arguments are found; the pushes
 * keep it a multiple of 8 (AAPCS32). */
#define METER(index, function)                                                                     \
    void __wrap_##function(void);                                                                  \
    __attribute__((naked)) void __wrap_##function(void) {                                          \
        __asm volatile("push {r0-r3, r12, lr}\n\t"                                                 \
                       "movw r0, #" #index "\n\t"                                                  \
                       "mov r1, lr\n\t"                                                            \
                       "bl meter_enter\n\t"                                                        \
                       "pop {r0-r3, r12, lr}\n\t"                                                  \
                       "bl __real_" #function "\n\t"                                               \
                       "push {r0-r3}\n\t"                                                          \
                       "bl meter_leave\n\t"                                                        \
                       "mov lr, r0\n\t"                                                            \
                       "pop {r0-r3}\n\t"                                                           \
                       "bx lr");                                                                   \
    }

#include "meters.h"
