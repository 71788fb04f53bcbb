/* SPDX-License-Identifier: Apache-2.0 */
/* The independent watchdog. It runs from the LSI, so it also sees a core whose clock has died; its
 * reset is reported by the next HELLO. It is fed for progress alone, never by an interrupt: a
 * message was taken, a frame went through the network, the line carried bytes or has none to carry.
 */
#include "port/watchdog.h"

#include "port/port_config.h"
#include "port/registers.h"
#include "port/wait_for.h"

void watchdog_begin(void) {
    /* Freeze the IWDG while a debugger halts the core. */
    DBGMCU_FREEZE |= DBGMCU_FREEZE_IWDG;

    /* The order is the manual's (RM0351, RM0433, RM0456: IWDG "Configuring the IWDG when the
     * window is disabled"): start, which also starts the LSI; unlock; set; wait until the LSI
     * domain has taken it. */
    IWDG_KR = IWDG_KR_START;
    IWDG_KR = IWDG_KR_UNLOCK;
    IWDG_PR = PORT_WATCHDOG_PRESCALER_FIELD;
    IWDG_RLR = PORT_WATCHDOG_RELOAD;
    wait_for(WAIT_WATCHDOG, &IWDG_SR, IWDG_SR_UPDATING, 0u);
    IWDG_KR = IWDG_KR_RELOAD;
}

void watchdog_feed(void) {
    IWDG_KR = IWDG_KR_RELOAD;
}
