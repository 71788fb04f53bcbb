/* SPDX-License-Identifier: Apache-2.0 */
/* The port's functions that are in the vector table. */
#ifndef PORT_INTERRUPTS_H
#define PORT_INTERRUPTS_H

void uart_interrupt(void);
void uart_rx_dma_interrupt(void);
void uart_tx_dma_interrupt(void);
void microphone_dma_interrupt(void); /* where the application hears a microphone */

#endif
