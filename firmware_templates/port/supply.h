/* SPDX-License-Identifier: Apache-2.0 */
/* What must be settled before any RAM is written, where PORT_HAS_SUPPLY is 1. */
#ifndef PORT_SUPPLY_H
#define PORT_SUPPLY_H

/* Tells the part what feeds its core, and waits until the voltage is there. The reset handler calls
 * it before anything else; it uses no RAM, not even the stack. */
void supply_begin(void);

#endif
