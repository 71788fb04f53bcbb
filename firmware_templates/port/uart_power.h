/* SPDX-License-Identifier: Apache-2.0 */
/* What the UART needs before its first register is touched; each family has its own. */
#ifndef PORT_UART_POWER_H
#define PORT_UART_POWER_H

/* Clocks of the UART, of its DMA and of its pins' ports, and the pins' supply. */
void uart_power_begin(void);

#endif
