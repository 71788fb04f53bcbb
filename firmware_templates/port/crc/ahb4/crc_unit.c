/* SPDX-License-Identifier: Apache-2.0 */
#include "port/crc_unit.h"

#include "port/registers.h"

#define RCC_AHB4ENR_CRCEN (1u << 19) /* RM0433, RM0455: RCC_AHB4ENR */

void crc_unit_begin(void) {
    RCC_AHB4ENR |= RCC_AHB4ENR_CRCEN;
    (void)RCC_AHB4ENR; /* the enable takes effect before the first access behind */
}
