/* SPDX-License-Identifier: Apache-2.0 */
#include "port/uart_power.h"

#include "port/port_config.h"
#include "port/registers.h"

void uart_power_begin(void) {
    RCC_AHB2ENR |=
        RCC_AHB2ENR_GPIOEN(PORT_UART_TX_GPIO_INDEX) | RCC_AHB2ENR_GPIOEN(PORT_UART_RX_GPIO_INDEX);
    RCC_AHB1ENR |= PORT_DMA_ENABLE_MASK;
    PORT_UART_ENABLE_REGISTER |= PORT_UART_ENABLE_BIT;
    (void)PORT_UART_ENABLE_REGISTER; /* the enables take effect before the first access after */
#if PORT_VDDIO2
    /* PG2 to PG15 are isolated from their supply VDDIO2 after reset, until it is declared valid
     * (RM0351, RM0432: PWR "Independent I/O supply rail"). The board feeds it with VDD. PWR has
     * been clocked by clock_begin(). */
    PWR_CR2 |= PWR_CR2_IOSV;
#endif
}
