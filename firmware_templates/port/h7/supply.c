/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H7: what feeds the core.
 *
 * After power-on it must be written to PWR_CR3, and until then the RAMs must not be written
 * (RM0433, RM0455: PWR "System supply startup"). So this is straight code on the core's registers:
 * no call, no variable that needs a place. tests/ look at what the compiler makes of it. */
#include "port/supply.h"

#include "port/port_config.h"
#include "port/registers.h"

void supply_begin(void) {
    /* A board that is wired otherwise stays in the loop below. The watchdog ends that, after the
     * 512 ms of its reset values; watchdog_begin() sets the time that holds from then on. */
    DBGMCU_FREEZE |= DBGMCU_FREEZE_IWDG;
    IWDG_KR = IWDG_KR_START;

    /* The lowest byte of CR3 takes one write after power-on; later ones, as after a reset by the
     * watchdog, change nothing (PWR_CR3). ACTVOSRDY: the supply is what this says, and the voltage
     * is there. */
    PWR_CR3 = (PWR_CR3 & ~PORT_SUPPLY_MASK) | PORT_SUPPLY;
    while ((PWR_CSR1 & PWR_CSR1_ACTVOSRDY) == 0u) {
    }
}
