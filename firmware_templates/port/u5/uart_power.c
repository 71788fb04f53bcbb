/* SPDX-License-Identifier: Apache-2.0 */
#include "port/uart_power.h"

#include "port/port_config.h"
#include "port/registers.h"

void uart_power_begin(void) {
    RCC_AHB2ENR1 |=
        RCC_AHB2ENR1_GPIOEN(PORT_UART_TX_GPIO_INDEX) | RCC_AHB2ENR1_GPIOEN(PORT_UART_RX_GPIO_INDEX);
    RCC_AHB1ENR |= RCC_AHB1ENR_GPDMA1EN;
    PORT_UART_ENABLE_REGISTER |= PORT_UART_ENABLE_BIT;
    (void)PORT_UART_ENABLE_REGISTER; /* the enables take effect before the first access after */
}
