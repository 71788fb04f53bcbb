/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a peripheral's flag, with a limit and a name.
 *
 * A wait that gives up writes its name into the fault record, and resets the part: the next HELLO
 * says which wait it was. */
#ifndef PORT_WAIT_FOR_H
#define PORT_WAIT_FOR_H

#include <stdbool.h>
#include <stdint.h>

/* The names go over the link: enum wire_wait of app/wire.h says the same. */
enum wait {
    WAIT_NONE = 0,
    WAIT_VOLTAGE,
    WAIT_FLASH,
    WAIT_SOURCE,
    WAIT_BOOSTER,
    WAIT_PLL,
    WAIT_SWITCH,
    WAIT_CACHE,
    WAIT_WATCHDOG,
    WAIT_UART,
    WAIT_MICROPHONE,
};

/* Waits until the masked bits have the value. Gives up after 0.1 s or a little more at the clock
 * that the part starts with, many times what any flag takes; sooner at a faster one. */
void wait_for(enum wait reason, volatile const uint32_t *status, uint32_t mask, uint32_t value);

/* The same, where there is another way: returns whether the value came. */
bool wait_within_limit(volatile const uint32_t *status, uint32_t mask, uint32_t value);

#endif
