/* SPDX-License-Identifier: Apache-2.0 */
#include "port/uart_power.h"

#include "port/port_config.h"
#include "port/registers.h"

void uart_power_begin(void) {
    /* Kernel clock of all UARTs of that bus: the bus's own, as after reset. Written while the UART
     * has no clock yet. */
    RCC_D2CCIP2R &= ~(RCC_D2CCIP2R_USARTSEL_MASK << PORT_UART_KERNEL_SELECT_SHIFT);
    RCC_AHB4ENR |=
        RCC_AHB4ENR_GPIOEN(PORT_UART_TX_GPIO_INDEX) | RCC_AHB4ENR_GPIOEN(PORT_UART_RX_GPIO_INDEX);
    (void)RCC_AHB4ENR; /* each enable takes effect before the first access after it */
    RCC_AHB1ENR |= PORT_DMA_ENABLE_MASK;
    (void)RCC_AHB1ENR;
    PORT_UART_ENABLE_REGISTER |= PORT_UART_ENABLE_BIT;
    (void)PORT_UART_ENABLE_REGISTER;
}
