/* SPDX-License-Identifier: Apache-2.0 */
#include "port/crc_unit.h"

#include "port/registers.h"

#define RCC_AHB1ENR_CRCEN (1u << 12) /* RM0351, RM0456: RCC_AHB1ENR */

void crc_unit_begin(void) {
    RCC_AHB1ENR |= RCC_AHB1ENR_CRCEN;
    (void)RCC_AHB1ENR; /* the enable takes effect before the first access behind */
}
