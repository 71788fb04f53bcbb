/* SPDX-License-Identifier: Apache-2.0 */
/* Do the two counters of the core's clock agree? */
#ifndef PORT_CLOCK_CHECK_H
#define PORT_CLOCK_CHECK_H

#include <stdint.h>

/* Over one and the same loop: both count the core's clock, so on a sound board they are equal but
 * for what is between two reads. */
struct clock_check {
    uint32_t clocks; /* by SysTick */
    uint32_t cycles; /* by the cycle counter */
};

/* Takes some 16,000 clocks, in which the core does not sleep. It ends even where neither counts. */
struct clock_check clock_check_run(void);

#endif
