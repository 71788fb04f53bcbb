/* SPDX-License-Identifier: Apache-2.0 */
/* A watchdog that resets the part unless it is fed. Once begun it cannot be stopped. */
#ifndef PORT_WATCHDOG_H
#define PORT_WATCHDOG_H

void watchdog_begin(void);
void watchdog_feed(void);

#endif
